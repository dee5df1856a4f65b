
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'contain' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'contain'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'contain' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('isolate', 'isolate', [CompletionResultType]::ParameterValue, 'Cut the access of a compromised identity or credential, and of what it minted or entered')
            [CompletionResult]::new('inventory', 'inventory', [CompletionResultType]::ParameterValue, 'List what hangs on an identity or credential, and what it did; changes nothing')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Carry out a playbook on one subject or on several')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Look at everything afresh and say whether it is contained; changes nothing')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with an incident: look at what is in doubt, then finish what is open or due')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Give back what was cut, as far as it may come back; a compromised credential only where it is named')
            [CompletionResult]::new('incident', 'incident', [CompletionResultType]::ParameterValue, 'Open an incident, list incidents, or note something in one')
            [CompletionResult]::new('identify', 'identify', [CompletionResultType]::ParameterValue, 'Say what a locator or a bare id is, which account owns it, and what its state is')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Write the report of an incident: what was done, by whose authority, with what proof')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check credentials, endpoints, bounds, policies and the place of incidents; changes nothing at any provider')
            [CompletionResult]::new('drill', 'drill', [CompletionResultType]::ParameterValue, 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second')
            [CompletionResult]::new('journal', 'journal', [CompletionResultType]::ParameterValue, 'Show an incident''s journal, or verify it')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of contain, or of one verb: contain man isolate | man -l -')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;isolate' {
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Cut these relations too: could-enter, could-read, held, exposed, shared (can be repeated)')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm the plan without being asked; covers tiers up to 2')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'Withhold the reach mandate: whatever is found later is planned, not cut')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Go on until contained, cutting what appears meanwhile')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;inventory' {
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;plan' {
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'What is compromised (can be repeated)')
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Give an input of the playbook a value (can be repeated)')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Cut these relations too (can be repeated)')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;apply' {
            [CompletionResult]::new('--confirm', '--confirm', [CompletionResultType]::ParameterName, 'Confirm the plan by its code, the first eight characters of its digest; covers tier 3')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm the plan without being asked; covers tiers up to 2')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;run' {
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'What is compromised (can be repeated)')
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Give an input of the playbook a value (can be repeated)')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Cut these relations too (can be repeated)')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm the plan without being asked; covers tiers up to 2')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'Withhold the reach mandate: whatever is found later is planned, not cut')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Go on until contained, cutting what appears meanwhile')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;status' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;verify' {
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until everything has settled, as long as waiting can change the answer')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;resume' {
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Go on until contained, cutting what appears meanwhile')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm what still needs confirming without being asked; covers tiers up to 2')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;restore' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm the plan without being asked; covers tiers up to 2')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open an incident without cutting anything yet')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List incidents, oldest first')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Write something down in an incident''s journal')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;incident;open' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;list' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;note' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;help' {
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open an incident without cutting anything yet')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List incidents, oldest first')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Write something down in an incident''s journal')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;incident;help;open' {
            break
        }
        'contain;incident;help;list' {
            break
        }
        'contain;incident;help;note' {
            break
        }
        'contain;incident;help;help' {
            break
        }
        'contain;identify' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Ask no provider: say only what the id itself tells')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;report' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--print', '--print', [CompletionResultType]::ParameterName, 'Print it only; otherwise it is stored in the incident''s folder too, and noted in the journal')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;doctor' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;drill' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Rehearse a scenario')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the scenarios that ship')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;drill;run' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;drill;list' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;drill;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Rehearse a scenario')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the scenarios that ship')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;drill;help;run' {
            break
        }
        'contain;drill;help;list' {
            break
        }
        'contain;drill;help;help' {
            break
        }
        'contain;journal' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the entries in short, one a line')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check the hash chain, the order and the legality of every entry; ends 0 intact, 11 damaged')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;journal;show' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;journal;verify' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;journal;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the entries in short, one a line')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check the hash chain, the order and the legality of every entry; ends 0 intact, 11 damaged')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;journal;help;show' {
            break
        }
        'contain;journal;help;verify' {
            break
        }
        'contain;journal;help;help' {
            break
        }
        'contain;completions' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;man' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;help' {
            [CompletionResult]::new('isolate', 'isolate', [CompletionResultType]::ParameterValue, 'Cut the access of a compromised identity or credential, and of what it minted or entered')
            [CompletionResult]::new('inventory', 'inventory', [CompletionResultType]::ParameterValue, 'List what hangs on an identity or credential, and what it did; changes nothing')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Carry out a playbook on one subject or on several')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Look at everything afresh and say whether it is contained; changes nothing')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with an incident: look at what is in doubt, then finish what is open or due')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Give back what was cut, as far as it may come back; a compromised credential only where it is named')
            [CompletionResult]::new('incident', 'incident', [CompletionResultType]::ParameterValue, 'Open an incident, list incidents, or note something in one')
            [CompletionResult]::new('identify', 'identify', [CompletionResultType]::ParameterValue, 'Say what a locator or a bare id is, which account owns it, and what its state is')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Write the report of an incident: what was done, by whose authority, with what proof')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check credentials, endpoints, bounds, policies and the place of incidents; changes nothing at any provider')
            [CompletionResult]::new('drill', 'drill', [CompletionResultType]::ParameterValue, 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second')
            [CompletionResult]::new('journal', 'journal', [CompletionResultType]::ParameterValue, 'Show an incident''s journal, or verify it')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of contain, or of one verb: contain man isolate | man -l -')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;help;isolate' {
            break
        }
        'contain;help;inventory' {
            break
        }
        'contain;help;plan' {
            break
        }
        'contain;help;apply' {
            break
        }
        'contain;help;run' {
            break
        }
        'contain;help;status' {
            break
        }
        'contain;help;verify' {
            break
        }
        'contain;help;resume' {
            break
        }
        'contain;help;restore' {
            break
        }
        'contain;help;incident' {
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open an incident without cutting anything yet')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List incidents, oldest first')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Write something down in an incident''s journal')
            break
        }
        'contain;help;incident;open' {
            break
        }
        'contain;help;incident;list' {
            break
        }
        'contain;help;incident;note' {
            break
        }
        'contain;help;identify' {
            break
        }
        'contain;help;report' {
            break
        }
        'contain;help;doctor' {
            break
        }
        'contain;help;drill' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Rehearse a scenario')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the scenarios that ship')
            break
        }
        'contain;help;drill;run' {
            break
        }
        'contain;help;drill;list' {
            break
        }
        'contain;help;journal' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the entries in short, one a line')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check the hash chain, the order and the legality of every entry; ends 0 intact, 11 damaged')
            break
        }
        'contain;help;journal;show' {
            break
        }
        'contain;help;journal;verify' {
            break
        }
        'contain;help;completions' {
            break
        }
        'contain;help;man' {
            break
        }
        'contain;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
