
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('isolate', 'isolate', [CompletionResultType]::ParameterValue, 'Cut the access of a compromised identity or credential, and of what it minted or entered')
            [CompletionResult]::new('inventory', 'inventory', [CompletionResultType]::ParameterValue, 'List what hangs on an identity or credential, and what it did; changes nothing')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check an identity or credential after its cut: use since, more rights than it needs, what it moved on to')
            [CompletionResult]::new('reissue', 'reissue', [CompletionResultType]::ParameterValue, 'Replace a credential that was cut: the new one goes straight to its consumers, and nobody sees it')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Agree to a plan that waits for people, or deny it, by signing it with an SSH key')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Carry out a playbook on one subject or on several')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Put the isolation of something, or a playbook, before people: planned, with why, and done by nobody until two agree')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Look at everything afresh and say whether it is contained; changes nothing')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with an incident: look at what is in doubt, then finish what is open or due')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Give back what was cut, as far as it may come back; a compromised credential only where it is named')
            [CompletionResult]::new('incident', 'incident', [CompletionResultType]::ParameterValue, 'Open, list or close incidents, or note something in one')
            [CompletionResult]::new('identify', 'identify', [CompletionResultType]::ParameterValue, 'Say what a locator, a bare id or a secret is, which account owns it, and what its state is')
            [CompletionResult]::new('measures', 'measures', [CompletionResultType]::ParameterValue, 'List the cuts in force and their reviews, move a review, or give a cut back')
            [CompletionResult]::new('evidence', 'evidence', [CompletionResultType]::ParameterValue, 'List, add to, or take out the evidence of an incident')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Write the report of an incident: what was done, by whose authority, with what proof, and what became of everything')
            [CompletionResult]::new('provider', 'provider', [CompletionResultType]::ParameterValue, 'Tell what a provider knows and can do, what permissions it needs, which guardrail to install; asks no provider')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider')
            [CompletionResult]::new('playbook', 'playbook', [CompletionResultType]::ParameterValue, 'Check playbooks, and show what the language and the shelf hold')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Check the policies, explain what they say of a plan, or hold them to written cases')
            [CompletionResult]::new('estate', 'estate', [CompletionResultType]::ParameterValue, 'Check estate.yaml, and show who owns what, who uses it, and what breaks with it')
            [CompletionResult]::new('drill', 'drill', [CompletionResultType]::ParameterValue, 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second')
            [CompletionResult]::new('journal', 'journal', [CompletionResultType]::ParameterValue, 'Show an incident''s journal, verify it, or sign it')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of contain, or of one verb: contain man isolate | man -l -')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;isolate' {
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Cut these relations too: could-enter, could-read, held, exposed, shared (can be repeated)')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--activity', '--activity', [CompletionResultType]::ParameterName, 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--activity', '--activity', [CompletionResultType]::ParameterName, 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;validate' {
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--activity', '--activity', [CompletionResultType]::ParameterName, 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Go on until the checks can be answered: until every cut is in force everywhere')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;reissue' {
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Give an input of the playbook a value: deliver_to=LOCATOR says where consumers read it (can be repeated)')
            [CompletionResult]::new('--activity', '--activity', [CompletionResultType]::ParameterName, 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm the plan without being asked; covers tiers up to 2')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'Withhold the reach mandate: whatever is found later is planned, not cut')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Go on until done, or until people are needed')
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
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Give an input of the playbook a value (can be repeated)')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Cut these relations too (can be repeated)')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--activity', '--activity', [CompletionResultType]::ParameterName, 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--permissions', '--permissions', [CompletionResultType]::ParameterName, 'Print instead the least policy that permits exactly this plan, for whoever applies it')
            [CompletionResult]::new('--as-commands', '--as-commands', [CompletionResultType]::ParameterName, 'Print instead the plan and its undo as the vendors'' own command lines, to be run by hand')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm the plan without being asked; covers tiers up to 2')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;approve' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Sign with this key: a private key''s file, or the .pub beside a key that an agent or hardware holds')
            [CompletionResult]::new('--import', '--import', [CompletionResultType]::ParameterName, 'Take in what somebody signed elsewhere: a file, `-` is standard input. The signature, after the line that was signed where that is not the request itself')
            [CompletionResult]::new('--item', '--item', [CompletionResultType]::ParameterName, 'Answer for this item only, as the plan names it (can be repeated)')
            [CompletionResult]::new('--deny', '--deny', [CompletionResultType]::ParameterName, 'Deny instead, and say why; final for these items in this run')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Sign without being asked once more')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;run' {
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'What is compromised (can be repeated)')
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Give an input of the playbook a value (can be repeated)')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Cut these relations too (can be repeated)')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)')
            [CompletionResult]::new('--activity', '--activity', [CompletionResultType]::ParameterName, 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
        'contain;propose' {
            [CompletionResult]::new('--subjects', '--subjects', [CompletionResultType]::ParameterName, 'Read further subjects from FILE, one per line; `-` is standard input')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h')
            [CompletionResult]::new('--rationale', '--rationale', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal as what you say, never as more')
            [CompletionResult]::new('--evidence', '--evidence', [CompletionResultType]::ParameterName, 'What it rests on: a reference, a link, an id (can be repeated)')
            [CompletionResult]::new('--playbook', '--playbook', [CompletionResultType]::ParameterName, 'A playbook instead of isolate')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'Give an input of the playbook a value (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket elsewhere; kept in the journal')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Go on showing it, whenever the journal grows or a deadline passes, until interrupted')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Read the pasted leak again from FILE, `-` is standard input, for the secrets that cannot be read again otherwise')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--even-if-changed', '--even-if-changed', [CompletionResultType]::ParameterName, 'Put this field of what is named back although the subject itself changed it before it was cut')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'Work in this incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--false-positive', '--false-positive', [CompletionResultType]::ParameterName, 'What was cut is healthy: lift all of our measures on it and on what hung on it; needs `--reason`')
            [CompletionResult]::new('--sessions-too', '--sessions-too', [CompletionResultType]::ParameterName, 'The sessions that were cut are healthy too: lift their cut-offs at once')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open an incident without cutting anything yet')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List incidents, oldest first')
            [CompletionResult]::new('join', 'join', [CompletionResultType]::ParameterValue, 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Say where an incident stands, what is owed, and what is lacking before it can be closed')
            [CompletionResult]::new('done', 'done', [CompletionResultType]::ParameterValue, 'Say that a manual task was done')
            [CompletionResult]::new('waive', 'waive', [CompletionResultType]::ParameterValue, 'Take on yourself that an open item holds back nothing any more')
            [CompletionResult]::new('declare', 'declare', [CompletionResultType]::ParameterValue, 'Declare that one person may do what otherwise takes two, until it is reviewed')
            [CompletionResult]::new('review', 'review', [CompletionResultType]::ParameterValue, 'Say that you have looked at what another person did on their own word')
            [CompletionResult]::new('handover', 'handover', [CompletionResultType]::ParameterValue, 'Hand the lead of an incident over to somebody')
            [CompletionResult]::new('dismiss', 'dismiss', [CompletionResultType]::ParameterValue, 'End all authority of agents and pipelines in an incident')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it')
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'Take on yourself that something which closing lacks stays as it is')
            [CompletionResult]::new('reopen', 'reopen', [CompletionResultType]::ParameterValue, 'Open a closed incident again')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;join' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;show' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;done' {
            [CompletionResult]::new('--note', '--note', [CompletionResultType]::ParameterName, 'What was done, in your words')
            [CompletionResult]::new('--evidence', '--evidence', [CompletionResultType]::ParameterName, 'Keep a file that shows it, in the incident''s folder (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;waive' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;declare' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--lasts', '--lasts', [CompletionResultType]::ParameterName, 'It ends by itself after so long; otherwise after 24h, and after 1h for break-glass, which is also the most')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;review' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'What you say about it; kept in the journal')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Sign it with this SSH key, which it takes where allowed_signers has one of yours; otherwise CONTAIN_SIGNING_KEY')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;handover' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;dismiss' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;close' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Sign the final report with this SSH key; otherwise with CONTAIN_SIGNING_KEY, or signing.key of contain.yaml')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;accept' {
            [CompletionResult]::new('--relation', '--relation', [CompletionResultType]::ParameterName, 'Everything open that is known in this way alone: held, could-enter, could-read, shared, exposed')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;reopen' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;incident;note' {
            [CompletionResult]::new('--did', '--did', [CompletionResultType]::ParameterName, 'It tells of work done by hand: an action and its target; the next round looks whether it is so')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'When it was done: a time, or a duration ago; otherwise now')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('join', 'join', [CompletionResultType]::ParameterValue, 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Say where an incident stands, what is owed, and what is lacking before it can be closed')
            [CompletionResult]::new('done', 'done', [CompletionResultType]::ParameterValue, 'Say that a manual task was done')
            [CompletionResult]::new('waive', 'waive', [CompletionResultType]::ParameterValue, 'Take on yourself that an open item holds back nothing any more')
            [CompletionResult]::new('declare', 'declare', [CompletionResultType]::ParameterValue, 'Declare that one person may do what otherwise takes two, until it is reviewed')
            [CompletionResult]::new('review', 'review', [CompletionResultType]::ParameterValue, 'Say that you have looked at what another person did on their own word')
            [CompletionResult]::new('handover', 'handover', [CompletionResultType]::ParameterValue, 'Hand the lead of an incident over to somebody')
            [CompletionResult]::new('dismiss', 'dismiss', [CompletionResultType]::ParameterValue, 'End all authority of agents and pipelines in an incident')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it')
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'Take on yourself that something which closing lacks stays as it is')
            [CompletionResult]::new('reopen', 'reopen', [CompletionResultType]::ParameterValue, 'Open a closed incident again')
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
        'contain;incident;help;join' {
            break
        }
        'contain;incident;help;show' {
            break
        }
        'contain;incident;help;done' {
            break
        }
        'contain;incident;help;waive' {
            break
        }
        'contain;incident;help;declare' {
            break
        }
        'contain;incident;help;review' {
            break
        }
        'contain;incident;help;handover' {
            break
        }
        'contain;incident;help;dismiss' {
            break
        }
        'contain;incident;help;close' {
            break
        }
        'contain;incident;help;accept' {
            break
        }
        'contain;incident;help;reopen' {
            break
        }
        'contain;incident;help;note' {
            break
        }
        'contain;incident;help;help' {
            break
        }
        'contain;identify' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Say what a text or a scanner''s report holds, offline: FILE, or `-` for standard input; nothing of it is shown but ids and where they stood')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Say what one secret is, offline and without showing it: env:NAME, file:PATH, fd:N or stdin')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Ask no provider: say only what the id itself tells')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;measures' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue')
            [CompletionResult]::new('extend', 'extend', [CompletionResultType]::ParameterValue, 'Say that a measure was reviewed and stays, until its next review')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;measures;list' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;measures;extend' {
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'When it is due for review next: a time, or a duration from now')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why it stays, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;measures;release' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Confirm the plan without being asked; covers tiers up to 2')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;measures;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue')
            [CompletionResult]::new('extend', 'extend', [CompletionResultType]::ParameterValue, 'Say that a measure was reviewed and stays, until its next review')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;measures;help;list' {
            break
        }
        'contain;measures;help;extend' {
            break
        }
        'contain;measures;help;release' {
            break
        }
        'contain;measures;help;help' {
            break
        }
        'contain;evidence' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;evidence;list' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;evidence;add' {
            [CompletionResult]::new('--about', '--about', [CompletionResultType]::ParameterName, 'What it is evidence of, in your words or as a locator')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;evidence;export' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;evidence;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;evidence;help;list' {
            break
        }
        'contain;evidence;help;add' {
            break
        }
        'contain;evidence;help;export' {
            break
        }
        'contain;evidence;help;help' {
            break
        }
        'contain;report' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--audience', '--audience', [CompletionResultType]::ParameterName, 'For whom: internal names everything; external replaces names by stable pseudonyms and leaves out what people wrote')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The key to sign with: a private key''s file, or the .pub beside a key that an agent or hardware holds; otherwise CONTAIN_SIGNING_KEY, or signing.key of contain.yaml')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--md', '--md', [CompletionResultType]::ParameterName, 'As Markdown, which is what is printed otherwise too')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'As one HTML file that needs nothing else; with `--json` the report stands in `data` as JSON')
            [CompletionResult]::new('--print', '--print', [CompletionResultType]::ParameterName, 'Print it only; otherwise it is stored in the incident''s folder too, and noted in the journal')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Store what closing stores, every form for both audiences, and sign the list of their digests with an SSH key')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers, with the kinds and actions of each in short')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven')
            [CompletionResult]::new('permissions', 'permissions', [CompletionResultType]::ParameterValue, 'Print the least policy for a responder who may do everything that this build can do')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of provider packs')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check packs without asking anybody: structure, expressions, effects, undos, answers')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Run the recorded conversations of packs through the real engine, against a server on loopback')
            [CompletionResult]::new('guardrail', 'guardrail', [CompletionResultType]::ParameterValue, 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;provider;list' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider;show' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider;permissions' {
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'Only these actions, with what looks at their targets (can be repeated)')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--reads', '--reads', [CompletionResultType]::ParameterName, 'Only what reads: enough to plan, inventory and verify')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider;schema' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider;lint' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider;test' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider;guardrail' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;provider;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers, with the kinds and actions of each in short')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven')
            [CompletionResult]::new('permissions', 'permissions', [CompletionResultType]::ParameterValue, 'Print the least policy for a responder who may do everything that this build can do')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of provider packs')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check packs without asking anybody: structure, expressions, effects, undos, answers')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Run the recorded conversations of packs through the real engine, against a server on loopback')
            [CompletionResult]::new('guardrail', 'guardrail', [CompletionResultType]::ParameterValue, 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;provider;help;list' {
            break
        }
        'contain;provider;help;show' {
            break
        }
        'contain;provider;help;permissions' {
            break
        }
        'contain;provider;help;schema' {
            break
        }
        'contain;provider;help;lint' {
            break
        }
        'contain;provider;help;test' {
            break
        }
        'contain;provider;help;guardrail' {
            break
        }
        'contain;provider;help;help' {
            break
        }
        'contain;doctor' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;playbook' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check files, and report everything that is wrong with them; ends 2 on any problem')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a playbook, for editors')
            [CompletionResult]::new('reference', 'reference', [CompletionResultType]::ParameterValue, 'Print the reference of the language, in Markdown')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the playbooks that ship and those of the workspace')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a playbook')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Begin a playbook in the workspace''s playbooks/, with comments on what stands where')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;playbook;lint' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;playbook;schema' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;playbook;reference' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;playbook;list' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;playbook;show' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;playbook;new' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;playbook;help' {
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check files, and report everything that is wrong with them; ends 2 on any problem')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a playbook, for editors')
            [CompletionResult]::new('reference', 'reference', [CompletionResultType]::ParameterValue, 'Print the reference of the language, in Markdown')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the playbooks that ship and those of the workspace')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a playbook')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Begin a playbook in the workspace''s playbooks/, with comments on what stands where')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;playbook;help;lint' {
            break
        }
        'contain;playbook;help;schema' {
            break
        }
        'contain;playbook;help;reference' {
            break
        }
        'contain;playbook;help;list' {
            break
        }
        'contain;playbook;help;show' {
            break
        }
        'contain;playbook;help;new' {
            break
        }
        'contain;playbook;help;help' {
            break
        }
        'contain;policy' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read and validate every policy, and list the rules with what they want')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;policy;check' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;policy;explain' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;policy;test' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;policy;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read and validate every policy, and list the rules with what they want')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;policy;help;check' {
            break
        }
        'contain;policy;help;explain' {
            break
        }
        'contain;policy;help;test' {
            break
        }
        'contain;policy;help;help' {
            break
        }
        'contain;estate' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check a file, and report everything that is wrong with it; ends 2 on any problem')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the identities, with owner, environment, criticality, and how much each holds')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the file, for editors')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;estate;lint' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;estate;list' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;estate;show' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;estate;schema' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;estate;help' {
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check a file, and report everything that is wrong with it; ends 2 on any problem')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the identities, with owner, environment, criticality, and how much each holds')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the file, for editors')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;estate;help;lint' {
            break
        }
        'contain;estate;help;list' {
            break
        }
        'contain;estate;help;show' {
            break
        }
        'contain;estate;help;schema' {
            break
        }
        'contain;estate;help;help' {
            break
        }
        'contain;drill' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the entries in short, one a line')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged')
            [CompletionResult]::new('give-up', 'give-up', [CompletionResultType]::ParameterValue, 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;journal;show' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;journal;verify' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident, or a drill; otherwise the only open one, or the latest')
            [CompletionResult]::new('--checkpoint', '--checkpoint', [CompletionResultType]::ParameterName, 'Hold it against this signed checkpoint, kept elsewhere, with its .sig beside it (can be repeated)')
            [CompletionResult]::new('--allowed-signers', '--allowed-signers', [CompletionResultType]::ParameterName, 'Who may sign, as `ssh-keygen` reads it; otherwise allowed_signers of the workspace')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;journal;give-up' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, in your words; kept in the journal')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;journal;sign' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Sign with this SSH key: a file with a private key, or the .pub of one that an agent or a FIDO key holds')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Copy the checkpoint and its signature into DIR, out of reach of whoever can write here (can be repeated)')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident; otherwise the only open one, or the latest')
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print exactly one JSON document on standard output, whatever the ending')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'contain;journal;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the entries in short, one a line')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged')
            [CompletionResult]::new('give-up', 'give-up', [CompletionResultType]::ParameterValue, 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'contain;journal;help;show' {
            break
        }
        'contain;journal;help;verify' {
            break
        }
        'contain;journal;help;give-up' {
            break
        }
        'contain;journal;help;sign' {
            break
        }
        'contain;journal;help;help' {
            break
        }
        'contain;completions' {
            [CompletionResult]::new('--workspace', '--workspace', [CompletionResultType]::ParameterName, 'Use the workspace in DIR instead of looking for contain.yaml here and above')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Keep incidents under DIR, e.g. when the usual place cannot be written')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)')
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('--operator', '--operator', [CompletionResultType]::ParameterName, 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login')
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
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check an identity or credential after its cut: use since, more rights than it needs, what it moved on to')
            [CompletionResult]::new('reissue', 'reissue', [CompletionResultType]::ParameterValue, 'Replace a credential that was cut: the new one goes straight to its consumers, and nobody sees it')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Agree to a plan that waits for people, or deny it, by signing it with an SSH key')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Carry out a playbook on one subject or on several')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Put the isolation of something, or a playbook, before people: planned, with why, and done by nobody until two agree')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Look at everything afresh and say whether it is contained; changes nothing')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with an incident: look at what is in doubt, then finish what is open or due')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Give back what was cut, as far as it may come back; a compromised credential only where it is named')
            [CompletionResult]::new('incident', 'incident', [CompletionResultType]::ParameterValue, 'Open, list or close incidents, or note something in one')
            [CompletionResult]::new('identify', 'identify', [CompletionResultType]::ParameterValue, 'Say what a locator, a bare id or a secret is, which account owns it, and what its state is')
            [CompletionResult]::new('measures', 'measures', [CompletionResultType]::ParameterValue, 'List the cuts in force and their reviews, move a review, or give a cut back')
            [CompletionResult]::new('evidence', 'evidence', [CompletionResultType]::ParameterValue, 'List, add to, or take out the evidence of an incident')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Write the report of an incident: what was done, by whose authority, with what proof, and what became of everything')
            [CompletionResult]::new('provider', 'provider', [CompletionResultType]::ParameterValue, 'Tell what a provider knows and can do, what permissions it needs, which guardrail to install; asks no provider')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider')
            [CompletionResult]::new('playbook', 'playbook', [CompletionResultType]::ParameterValue, 'Check playbooks, and show what the language and the shelf hold')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Check the policies, explain what they say of a plan, or hold them to written cases')
            [CompletionResult]::new('estate', 'estate', [CompletionResultType]::ParameterValue, 'Check estate.yaml, and show who owns what, who uses it, and what breaks with it')
            [CompletionResult]::new('drill', 'drill', [CompletionResultType]::ParameterValue, 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second')
            [CompletionResult]::new('journal', 'journal', [CompletionResultType]::ParameterValue, 'Show an incident''s journal, verify it, or sign it')
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
        'contain;help;validate' {
            break
        }
        'contain;help;reissue' {
            break
        }
        'contain;help;plan' {
            break
        }
        'contain;help;apply' {
            break
        }
        'contain;help;approve' {
            break
        }
        'contain;help;run' {
            break
        }
        'contain;help;propose' {
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
            [CompletionResult]::new('join', 'join', [CompletionResultType]::ParameterValue, 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Say where an incident stands, what is owed, and what is lacking before it can be closed')
            [CompletionResult]::new('done', 'done', [CompletionResultType]::ParameterValue, 'Say that a manual task was done')
            [CompletionResult]::new('waive', 'waive', [CompletionResultType]::ParameterValue, 'Take on yourself that an open item holds back nothing any more')
            [CompletionResult]::new('declare', 'declare', [CompletionResultType]::ParameterValue, 'Declare that one person may do what otherwise takes two, until it is reviewed')
            [CompletionResult]::new('review', 'review', [CompletionResultType]::ParameterValue, 'Say that you have looked at what another person did on their own word')
            [CompletionResult]::new('handover', 'handover', [CompletionResultType]::ParameterValue, 'Hand the lead of an incident over to somebody')
            [CompletionResult]::new('dismiss', 'dismiss', [CompletionResultType]::ParameterValue, 'End all authority of agents and pipelines in an incident')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it')
            [CompletionResult]::new('accept', 'accept', [CompletionResultType]::ParameterValue, 'Take on yourself that something which closing lacks stays as it is')
            [CompletionResult]::new('reopen', 'reopen', [CompletionResultType]::ParameterValue, 'Open a closed incident again')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Write something down in an incident''s journal')
            break
        }
        'contain;help;incident;open' {
            break
        }
        'contain;help;incident;list' {
            break
        }
        'contain;help;incident;join' {
            break
        }
        'contain;help;incident;show' {
            break
        }
        'contain;help;incident;done' {
            break
        }
        'contain;help;incident;waive' {
            break
        }
        'contain;help;incident;declare' {
            break
        }
        'contain;help;incident;review' {
            break
        }
        'contain;help;incident;handover' {
            break
        }
        'contain;help;incident;dismiss' {
            break
        }
        'contain;help;incident;close' {
            break
        }
        'contain;help;incident;accept' {
            break
        }
        'contain;help;incident;reopen' {
            break
        }
        'contain;help;incident;note' {
            break
        }
        'contain;help;identify' {
            break
        }
        'contain;help;measures' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue')
            [CompletionResult]::new('extend', 'extend', [CompletionResultType]::ParameterValue, 'Say that a measure was reviewed and stays, until its next review')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation')
            break
        }
        'contain;help;measures;list' {
            break
        }
        'contain;help;measures;extend' {
            break
        }
        'contain;help;measures;release' {
            break
        }
        'contain;help;evidence' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks')
            break
        }
        'contain;help;evidence;list' {
            break
        }
        'contain;help;evidence;add' {
            break
        }
        'contain;help;evidence;export' {
            break
        }
        'contain;help;report' {
            break
        }
        'contain;help;provider' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers, with the kinds and actions of each in short')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven')
            [CompletionResult]::new('permissions', 'permissions', [CompletionResultType]::ParameterValue, 'Print the least policy for a responder who may do everything that this build can do')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of provider packs')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check packs without asking anybody: structure, expressions, effects, undos, answers')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Run the recorded conversations of packs through the real engine, against a server on loopback')
            [CompletionResult]::new('guardrail', 'guardrail', [CompletionResultType]::ParameterValue, 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it')
            break
        }
        'contain;help;provider;list' {
            break
        }
        'contain;help;provider;show' {
            break
        }
        'contain;help;provider;permissions' {
            break
        }
        'contain;help;provider;schema' {
            break
        }
        'contain;help;provider;lint' {
            break
        }
        'contain;help;provider;test' {
            break
        }
        'contain;help;provider;guardrail' {
            break
        }
        'contain;help;doctor' {
            break
        }
        'contain;help;playbook' {
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check files, and report everything that is wrong with them; ends 2 on any problem')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a playbook, for editors')
            [CompletionResult]::new('reference', 'reference', [CompletionResultType]::ParameterValue, 'Print the reference of the language, in Markdown')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the playbooks that ship and those of the workspace')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a playbook')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Begin a playbook in the workspace''s playbooks/, with comments on what stands where')
            break
        }
        'contain;help;playbook;lint' {
            break
        }
        'contain;help;playbook;schema' {
            break
        }
        'contain;help;playbook;reference' {
            break
        }
        'contain;help;playbook;list' {
            break
        }
        'contain;help;playbook;show' {
            break
        }
        'contain;help;playbook;new' {
            break
        }
        'contain;help;policy' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Read and validate every policy, and list the rules with what they want')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold')
            break
        }
        'contain;help;policy;check' {
            break
        }
        'contain;help;policy;explain' {
            break
        }
        'contain;help;policy;test' {
            break
        }
        'contain;help;estate' {
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check a file, and report everything that is wrong with it; ends 2 on any problem')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the identities, with owner, environment, criticality, and how much each holds')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the file, for editors')
            break
        }
        'contain;help;estate;lint' {
            break
        }
        'contain;help;estate;list' {
            break
        }
        'contain;help;estate;show' {
            break
        }
        'contain;help;estate;schema' {
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
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged')
            [CompletionResult]::new('give-up', 'give-up', [CompletionResultType]::ParameterValue, 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen')
            break
        }
        'contain;help;journal;show' {
            break
        }
        'contain;help;journal;verify' {
            break
        }
        'contain;help;journal;give-up' {
            break
        }
        'contain;help;journal;sign' {
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
