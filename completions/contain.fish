# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_contain_global_optspecs
    string join \n json workspace= journal= as= operator= h/help V/version
end

function __fish_contain_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_contain_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_contain_using_subcommand
    set -l cmd (__fish_contain_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c contain -n "__fish_contain_needs_command" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_needs_command" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_needs_command" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_needs_command" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_needs_command" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c contain -n "__fish_contain_needs_command" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_needs_command" -f -a "isolate" -d 'Cut the access of a compromised identity or credential, and of what it minted or entered'
complete -c contain -n "__fish_contain_needs_command" -f -a "inventory" -d 'List what hangs on an identity or credential, and what it did; changes nothing'
complete -c contain -n "__fish_contain_needs_command" -f -a "validate" -d 'Check an identity or credential after its cut: use since, more rights than it needs, what it moved on to'
complete -c contain -n "__fish_contain_needs_command" -f -a "reissue" -d 'Replace a credential that was cut: the new one goes straight to its consumers, and nobody sees it'
complete -c contain -n "__fish_contain_needs_command" -f -a "plan" -d 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing'
complete -c contain -n "__fish_contain_needs_command" -f -a "apply" -d 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident'
complete -c contain -n "__fish_contain_needs_command" -f -a "approve" -d 'Agree to a plan that waits for people, or deny it, by signing it with an SSH key'
complete -c contain -n "__fish_contain_needs_command" -f -a "run" -d 'Carry out a playbook on one subject or on several'
complete -c contain -n "__fish_contain_needs_command" -f -a "propose" -d 'Put the isolation of something, or a playbook, before people: planned, with why, and done by nobody until two agree'
complete -c contain -n "__fish_contain_needs_command" -f -a "status" -d 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider'
complete -c contain -n "__fish_contain_needs_command" -f -a "verify" -d 'Look at everything afresh and say whether it is contained; changes nothing'
complete -c contain -n "__fish_contain_needs_command" -f -a "resume" -d 'Go on with an incident: look at what is in doubt, then finish what is open or due'
complete -c contain -n "__fish_contain_needs_command" -f -a "restore" -d 'Give back what was cut, as far as it may come back; a compromised credential only where it is named'
complete -c contain -n "__fish_contain_needs_command" -f -a "incident" -d 'Open, list or close incidents, or note something in one'
complete -c contain -n "__fish_contain_needs_command" -f -a "identify" -d 'Say what a locator, a bare id or a secret is, which account owns it, and what its state is'
complete -c contain -n "__fish_contain_needs_command" -f -a "measures" -d 'List the cuts in force and their reviews, move a review, or give a cut back'
complete -c contain -n "__fish_contain_needs_command" -f -a "evidence" -d 'List, add to, or take out the evidence of an incident'
complete -c contain -n "__fish_contain_needs_command" -f -a "report" -d 'Write the report of an incident: what was done, by whose authority, with what proof, and what became of everything'
complete -c contain -n "__fish_contain_needs_command" -f -a "provider" -d 'Tell what a provider knows and can do, what permissions it needs, which guardrail to install; asks no provider'
complete -c contain -n "__fish_contain_needs_command" -f -a "doctor" -d 'Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider'
complete -c contain -n "__fish_contain_needs_command" -f -a "playbook" -d 'Check playbooks, and show what the language and the shelf hold'
complete -c contain -n "__fish_contain_needs_command" -f -a "policy" -d 'Check the policies, explain what they say of a plan, or hold them to written cases'
complete -c contain -n "__fish_contain_needs_command" -f -a "estate" -d 'Check estate.yaml, and show who owns what, who uses it, and what breaks with it'
complete -c contain -n "__fish_contain_needs_command" -f -a "drill" -d 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second'
complete -c contain -n "__fish_contain_needs_command" -f -a "journal" -d 'Show an incident\'s journal, verify it, or sign it'
complete -c contain -n "__fish_contain_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c contain -n "__fish_contain_needs_command" -f -a "man" -d 'Print the manual page of contain, or of one verb: contain man isolate | man -l -'
complete -c contain -n "__fish_contain_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand isolate" -l subjects -d 'Read further subjects from FILE, one per line; `-` is standard input' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l from -d 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l since -d 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l include -d 'Cut these relations too: could-enter, could-read, held, exposed, shared (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l secret -d 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l activity -d 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand isolate" -l incident -d 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand isolate" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand isolate" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand isolate" -l yes -d 'Confirm the plan without being asked; covers tiers up to 2'
complete -c contain -n "__fish_contain_using_subcommand isolate" -l exact -d 'Withhold the reach mandate: whatever is found later is planned, not cut'
complete -c contain -n "__fish_contain_using_subcommand isolate" -l wait -d 'Go on until contained, cutting what appears meanwhile'
complete -c contain -n "__fish_contain_using_subcommand isolate" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand isolate" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand isolate" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand inventory" -l subjects -d 'Read further subjects from FILE, one per line; `-` is standard input' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l from -d 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l since -d 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l activity -d 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand inventory" -l incident -d 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand inventory" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand inventory" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand inventory" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand inventory" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand inventory" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand validate" -l subjects -d 'Read further subjects from FILE, one per line; `-` is standard input' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l from -d 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l since -d 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l activity -d 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand validate" -l incident -d 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand validate" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand validate" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand validate" -l wait -d 'Go on until the checks can be answered: until every cut is in force everywhere'
complete -c contain -n "__fish_contain_using_subcommand validate" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand validate" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand validate" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand reissue" -l subjects -d 'Read further subjects from FILE, one per line; `-` is standard input' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l from -d 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l since -d 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l input -d 'Give an input of the playbook a value: deliver_to=LOCATOR says where consumers read it (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l activity -d 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand reissue" -l incident -d 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand reissue" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand reissue" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand reissue" -l yes -d 'Confirm the plan without being asked; covers tiers up to 2'
complete -c contain -n "__fish_contain_using_subcommand reissue" -l exact -d 'Withhold the reach mandate: whatever is found later is planned, not cut'
complete -c contain -n "__fish_contain_using_subcommand reissue" -l wait -d 'Go on until done, or until people are needed'
complete -c contain -n "__fish_contain_using_subcommand reissue" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand reissue" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand reissue" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand plan" -l subject -d 'What is compromised (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l subjects -d 'Read further subjects from FILE, one per line; `-` is standard input' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l from -d 'Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l input -d 'Give an input of the playbook a value (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l since -d 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l include -d 'Cut these relations too (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l secret -d 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l activity -d 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand plan" -l incident -d 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand plan" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand plan" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand plan" -l permissions -d 'Print instead the least policy that permits exactly this plan, for whoever applies it'
complete -c contain -n "__fish_contain_using_subcommand plan" -l as-commands -d 'Print instead the plan and its undo as the vendors\' own command lines, to be run by hand'
complete -c contain -n "__fish_contain_using_subcommand plan" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand plan" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand plan" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand apply" -l confirm -d 'Confirm the plan by its code, the first eight characters of its digest; covers tier 3' -r
complete -c contain -n "__fish_contain_using_subcommand apply" -l secret -d 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand apply" -l incident -d 'Work in this incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand apply" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand apply" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand apply" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand apply" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand apply" -l yes -d 'Confirm the plan without being asked; covers tiers up to 2'
complete -c contain -n "__fish_contain_using_subcommand apply" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand apply" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand apply" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand approve" -l key -d 'Sign with this key: a private key\'s file, or the .pub beside a key that an agent or hardware holds' -r -F
complete -c contain -n "__fish_contain_using_subcommand approve" -l import -d 'Take in what somebody signed elsewhere: a file, `-` is standard input. The signature, after the line that was signed where that is not the request itself' -r
complete -c contain -n "__fish_contain_using_subcommand approve" -l item -d 'Answer for this item only, as the plan names it (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand approve" -l deny -d 'Deny instead, and say why; final for these items in this run' -r
complete -c contain -n "__fish_contain_using_subcommand approve" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand approve" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand approve" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand approve" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand approve" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand approve" -l yes -d 'Sign without being asked once more'
complete -c contain -n "__fish_contain_using_subcommand approve" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand approve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c contain -n "__fish_contain_using_subcommand approve" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand run" -l subject -d 'What is compromised (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l subjects -d 'Read further subjects from FILE, one per line; `-` is standard input' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l from -d 'Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l input -d 'Give an input of the playbook a value (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l since -d 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l include -d 'Cut these relations too (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l secret -d 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l activity -d 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand run" -l incident -d 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand run" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand run" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand run" -l yes -d 'Confirm the plan without being asked; covers tiers up to 2'
complete -c contain -n "__fish_contain_using_subcommand run" -l exact -d 'Withhold the reach mandate: whatever is found later is planned, not cut'
complete -c contain -n "__fish_contain_using_subcommand run" -l wait -d 'Go on until contained, cutting what appears meanwhile'
complete -c contain -n "__fish_contain_using_subcommand run" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand run" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand run" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand propose" -l subjects -d 'Read further subjects from FILE, one per line; `-` is standard input' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l from -d 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l since -d 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l rationale -d 'Why, in your words; kept in the journal as what you say, never as more' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l evidence -d 'What it rests on: a reference, a link, an id (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l playbook -d 'A playbook instead of isolate' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l input -d 'Give an input of the playbook a value (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l incident -d 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand propose" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand propose" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand propose" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand propose" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand propose" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand status" -l incident -d 'The incident, or a drill; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand status" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand status" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand status" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand status" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand status" -l watch -d 'Go on showing it, whenever the journal grows or a deadline passes, until interrupted'
complete -c contain -n "__fish_contain_using_subcommand status" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand status" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand status" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand verify" -l secret -d 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand verify" -l incident -d 'Work in this incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand verify" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand verify" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand verify" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand verify" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand verify" -l wait -d 'Wait until everything has settled, as long as waiting can change the answer'
complete -c contain -n "__fish_contain_using_subcommand verify" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand verify" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand verify" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand resume" -l secret -d 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand resume" -l from -d 'Read the pasted leak again from FILE, `-` is standard input, for the secrets that cannot be read again otherwise' -r
complete -c contain -n "__fish_contain_using_subcommand resume" -l incident -d 'Work in this incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand resume" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand resume" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand resume" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand resume" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand resume" -l wait -d 'Go on until contained, cutting what appears meanwhile'
complete -c contain -n "__fish_contain_using_subcommand resume" -l yes -d 'Confirm what still needs confirming without being asked; covers tiers up to 2'
complete -c contain -n "__fish_contain_using_subcommand resume" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand resume" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand resume" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand restore" -l even-if-changed -d 'Put this field of what is named back although the subject itself changed it before it was cut' -r
complete -c contain -n "__fish_contain_using_subcommand restore" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand restore" -l incident -d 'Work in this incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand restore" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand restore" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand restore" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand restore" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand restore" -l false-positive -d 'What was cut is healthy: lift all of our measures on it and on what hung on it; needs `--reason`'
complete -c contain -n "__fish_contain_using_subcommand restore" -l sessions-too -d 'The sessions that were cut are healthy too: lift their cut-offs at once'
complete -c contain -n "__fish_contain_using_subcommand restore" -l yes -d 'Confirm the plan without being asked; covers tiers up to 2'
complete -c contain -n "__fish_contain_using_subcommand restore" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand restore" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand restore" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "open" -d 'Open an incident without cutting anything yet'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "list" -d 'List incidents, oldest first'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "join" -d 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "show" -d 'Say where an incident stands, what is owed, and what is lacking before it can be closed'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "done" -d 'Say that a manual task was done'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "waive" -d 'Take on yourself that an open item holds back nothing any more'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "declare" -d 'Declare that one person may do what otherwise takes two, until it is reviewed'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "review" -d 'Say that you have looked at what another person did on their own word'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "handover" -d 'Hand the lead of an incident over to somebody'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "dismiss" -d 'End all authority of agents and pipelines in an incident'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "close" -d 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "accept" -d 'Take on yourself that something which closing lacks stays as it is'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "reopen" -d 'Open a closed incident again'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "note" -d 'Write something down in an incident\'s journal'
complete -c contain -n "__fish_contain_using_subcommand incident; and not __fish_seen_subcommand_from open list join show done waive declare review handover dismiss close accept reopen note help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l since -d 'The incident began then: a time, or a duration ago' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l ticket -d 'A ticket elsewhere; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from open" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from list" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from list" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from list" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from list" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from list" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from join" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from join" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from join" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from join" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from join" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from join" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from join" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l note -d 'What was done, in your words' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l evidence -d 'Keep a file that shows it, in the incident\'s folder (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from done" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from waive" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l lasts -d 'It ends by itself after so long; otherwise after 24h, and after 1h for break-glass, which is also the most' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from declare" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l reason -d 'What you say about it; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l key -d 'Sign it with this SSH key, which it takes where allowed_signers has one of yours; otherwise CONTAIN_SIGNING_KEY' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from review" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from handover" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from dismiss" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l key -d 'Sign the final report with this SSH key; otherwise with CONTAIN_SIGNING_KEY, or signing.key of contain.yaml' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from close" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l relation -d 'Everything open that is known in this way alone: held, could-enter, could-read, shared, exposed' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from accept" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from reopen" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l did -d 'It tells of work done by hand: an action and its target; the next round looks whether it is so' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l at -d 'When it was done: a time, or a duration ago; otherwise now' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from note" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "open" -d 'Open an incident without cutting anything yet'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "list" -d 'List incidents, oldest first'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "join" -d 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "show" -d 'Say where an incident stands, what is owed, and what is lacking before it can be closed'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "done" -d 'Say that a manual task was done'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "waive" -d 'Take on yourself that an open item holds back nothing any more'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "declare" -d 'Declare that one person may do what otherwise takes two, until it is reviewed'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "review" -d 'Say that you have looked at what another person did on their own word'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "handover" -d 'Hand the lead of an incident over to somebody'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "dismiss" -d 'End all authority of agents and pipelines in an incident'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "close" -d 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "accept" -d 'Take on yourself that something which closing lacks stays as it is'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "reopen" -d 'Open a closed incident again'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "note" -d 'Write something down in an incident\'s journal'
complete -c contain -n "__fish_contain_using_subcommand incident; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand identify" -l from -d 'Say what a text or a scanner\'s report holds, offline: FILE, or `-` for standard input; nothing of it is shown but ids and where they stood' -r
complete -c contain -n "__fish_contain_using_subcommand identify" -l secret -d 'Say what one secret is, offline and without showing it: env:NAME, file:PATH, fd:N or stdin' -r
complete -c contain -n "__fish_contain_using_subcommand identify" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand identify" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand identify" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand identify" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand identify" -l offline -d 'Ask no provider: say only what the id itself tells'
complete -c contain -n "__fish_contain_using_subcommand identify" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand identify" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand identify" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -f -a "list" -d 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue'
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -f -a "extend" -d 'Say that a measure was reviewed and stays, until its next review'
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -f -a "release" -d 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation'
complete -c contain -n "__fish_contain_using_subcommand measures; and not __fish_seen_subcommand_from list extend release help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -l incident -d 'The incident, or a drill; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l until -d 'When it is due for review next: a time, or a duration from now' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l reason -d 'Why it stays, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from extend" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l yes -d 'Confirm the plan without being asked; covers tiers up to 2'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from release" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from help" -f -a "extend" -d 'Say that a measure was reviewed and stays, until its next review'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from help" -f -a "release" -d 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation'
complete -c contain -n "__fish_contain_using_subcommand measures; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -f -a "list" -d 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered'
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -f -a "add" -d 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB'
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -f -a "export" -d 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks'
complete -c contain -n "__fish_contain_using_subcommand evidence; and not __fish_seen_subcommand_from list add export help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -l incident -d 'The incident, or a drill; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -l about -d 'What it is evidence of, in your words or as a locator' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -l incident -d 'The incident, or a drill; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "list" -d 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "add" -d 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks'
complete -c contain -n "__fish_contain_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand report" -l incident -d 'The incident, or a drill; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand report" -l audience -d 'For whom: internal names everything; external replaces names by stable pseudonyms and leaves out what people wrote' -r
complete -c contain -n "__fish_contain_using_subcommand report" -l key -d 'The key to sign with: a private key\'s file, or the .pub beside a key that an agent or hardware holds; otherwise CONTAIN_SIGNING_KEY, or signing.key of contain.yaml' -r -F
complete -c contain -n "__fish_contain_using_subcommand report" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand report" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand report" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand report" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand report" -l md -d 'As Markdown, which is what is printed otherwise too'
complete -c contain -n "__fish_contain_using_subcommand report" -l html -d 'As one HTML file that needs nothing else; with `--json` the report stands in `data` as JSON'
complete -c contain -n "__fish_contain_using_subcommand report" -l print -d 'Print it only; otherwise it is stored in the incident\'s folder too, and noted in the journal'
complete -c contain -n "__fish_contain_using_subcommand report" -l sign -d 'Store what closing stores, every form for both audiences, and sign the list of their digests with an SSH key'
complete -c contain -n "__fish_contain_using_subcommand report" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand report" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand report" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "list" -d 'List the providers, with the kinds and actions of each in short'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "show" -d 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "permissions" -d 'Print the least policy for a responder who may do everything that this build can do'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "schema" -d 'Print the JSON Schema of provider packs'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "lint" -d 'Check packs without asking anybody: structure, expressions, effects, undos, answers'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "test" -d 'Run the recorded conversations of packs through the real engine, against a server on loopback'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "guardrail" -d 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it'
complete -c contain -n "__fish_contain_using_subcommand provider; and not __fish_seen_subcommand_from list show permissions schema lint test guardrail help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from list" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from list" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from list" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from list" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from list" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from show" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from show" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from show" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from show" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from show" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -l action -d 'Only these actions, with what looks at their targets (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -l reads -d 'Only what reads: enough to plan, inventory and verify'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from permissions" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from schema" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from schema" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from schema" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from schema" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from schema" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from schema" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from lint" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from lint" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from lint" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from lint" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from lint" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from lint" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from test" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from test" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from test" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from test" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from test" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from test" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from guardrail" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from guardrail" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from guardrail" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from guardrail" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from guardrail" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from guardrail" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from guardrail" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the providers, with the kinds and actions of each in short'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "permissions" -d 'Print the least policy for a responder who may do everything that this build can do'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of provider packs'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "lint" -d 'Check packs without asking anybody: structure, expressions, effects, undos, answers'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "test" -d 'Run the recorded conversations of packs through the real engine, against a server on loopback'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "guardrail" -d 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it'
complete -c contain -n "__fish_contain_using_subcommand provider; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand doctor" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand doctor" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand doctor" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand doctor" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand doctor" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -f -a "lint" -d 'Check files, and report everything that is wrong with them; ends 2 on any problem'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -f -a "schema" -d 'Print the JSON Schema of a playbook, for editors'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -f -a "reference" -d 'Print the reference of the language, in Markdown'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -f -a "list" -d 'List the playbooks that ship and those of the workspace'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -f -a "show" -d 'Print a playbook'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -f -a "new" -d 'Begin a playbook in the workspace\'s playbooks/, with comments on what stands where'
complete -c contain -n "__fish_contain_using_subcommand playbook; and not __fish_seen_subcommand_from lint schema reference list show new help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from lint" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from lint" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from lint" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from lint" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from lint" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from lint" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from schema" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from schema" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from reference" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from reference" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from reference" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from reference" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from reference" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from reference" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from reference" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from list" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from list" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from list" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from list" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from list" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from show" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from show" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from show" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from show" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from show" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from new" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from new" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from new" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from new" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from new" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from new" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "lint" -d 'Check files, and report everything that is wrong with them; ends 2 on any problem'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of a playbook, for editors'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "reference" -d 'Print the reference of the language, in Markdown'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the playbooks that ship and those of the workspace'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print a playbook'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "new" -d 'Begin a playbook in the workspace\'s playbooks/, with comments on what stands where'
complete -c contain -n "__fish_contain_using_subcommand playbook; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -f -a "check" -d 'Read and validate every policy, and list the rules with what they want'
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -f -a "explain" -d 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree'
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -f -a "test" -d 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold'
complete -c contain -n "__fish_contain_using_subcommand policy; and not __fish_seen_subcommand_from check explain test help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from check" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from check" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from check" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from check" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from check" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from explain" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from test" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from test" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from test" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from test" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from test" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from test" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "check" -d 'Read and validate every policy, and list the rules with what they want'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "test" -d 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold'
complete -c contain -n "__fish_contain_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -f -a "lint" -d 'Check a file, and report everything that is wrong with it; ends 2 on any problem'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -f -a "list" -d 'List the identities, with owner, environment, criticality, and how much each holds'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -f -a "show" -d 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -f -a "schema" -d 'Print the JSON Schema of the file, for editors'
complete -c contain -n "__fish_contain_using_subcommand estate; and not __fish_seen_subcommand_from lint list show schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from lint" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from lint" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from lint" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from lint" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from lint" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from lint" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from list" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from list" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from list" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from list" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from list" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from show" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from show" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from show" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from show" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from show" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from schema" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from schema" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from schema" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from schema" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from schema" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from schema" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from help" -f -a "lint" -d 'Check a file, and report everything that is wrong with it; ends 2 on any problem'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the identities, with owner, environment, criticality, and how much each holds'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of the file, for editors'
complete -c contain -n "__fish_contain_using_subcommand estate; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -a "run" -d 'Rehearse a scenario'
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -a "list" -d 'List the scenarios that ship'
complete -c contain -n "__fish_contain_using_subcommand drill; and not __fish_seen_subcommand_from run list help" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from run" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from run" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from run" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from run" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from run" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from run" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from list" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from list" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from list" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from list" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from list" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from help" -f -a "run" -d 'Rehearse a scenario'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the scenarios that ship'
complete -c contain -n "__fish_contain_using_subcommand drill; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -f -a "show" -d 'Print the entries in short, one a line'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -f -a "verify" -d 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -f -a "give-up" -d 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -f -a "sign" -d 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen'
complete -c contain -n "__fish_contain_using_subcommand journal; and not __fish_seen_subcommand_from show verify give-up sign help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -l incident -d 'The incident, or a drill; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l incident -d 'The incident, or a drill; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l checkpoint -d 'Hold it against this signed checkpoint, kept elsewhere, with its .sig beside it (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l allowed-signers -d 'Who may sign, as `ssh-keygen` reads it; otherwise allowed_signers of the workspace' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -l reason -d 'Why, in your words; kept in the journal' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from give-up" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l key -d 'Sign with this SSH key: a file with a private key, or the .pub of one that an agent or a FIDO key holds' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l to -d 'Copy the checkpoint and its signature into DIR, out of reach of whoever can write here (can be repeated)' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l incident -d 'The incident; otherwise the only open one, or the latest' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from sign" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print the entries in short, one a line'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "give-up" -d 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "sign" -d 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen'
complete -c contain -n "__fish_contain_using_subcommand journal; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand completions" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand completions" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand completions" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand completions" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand completions" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand completions" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand completions" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand man" -l workspace -d 'Use the workspace in DIR instead of looking for contain.yaml here and above' -r -F
complete -c contain -n "__fish_contain_using_subcommand man" -l journal -d 'Keep incidents under DIR, e.g. when the usual place cannot be written' -r -F
complete -c contain -n "__fish_contain_using_subcommand man" -l as -d 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)' -r
complete -c contain -n "__fish_contain_using_subcommand man" -l operator -d 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login' -r
complete -c contain -n "__fish_contain_using_subcommand man" -l json -d 'Print exactly one JSON document on standard output, whatever the ending'
complete -c contain -n "__fish_contain_using_subcommand man" -s h -l help -d 'Print help'
complete -c contain -n "__fish_contain_using_subcommand man" -s V -l version -d 'Print version'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "isolate" -d 'Cut the access of a compromised identity or credential, and of what it minted or entered'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "inventory" -d 'List what hangs on an identity or credential, and what it did; changes nothing'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "validate" -d 'Check an identity or credential after its cut: use since, more rights than it needs, what it moved on to'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "reissue" -d 'Replace a credential that was cut: the new one goes straight to its consumers, and nobody sees it'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "plan" -d 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "apply" -d 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "approve" -d 'Agree to a plan that waits for people, or deny it, by signing it with an SSH key'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "run" -d 'Carry out a playbook on one subject or on several'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "propose" -d 'Put the isolation of something, or a playbook, before people: planned, with why, and done by nobody until two agree'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "status" -d 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "verify" -d 'Look at everything afresh and say whether it is contained; changes nothing'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "resume" -d 'Go on with an incident: look at what is in doubt, then finish what is open or due'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "restore" -d 'Give back what was cut, as far as it may come back; a compromised credential only where it is named'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "incident" -d 'Open, list or close incidents, or note something in one'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "identify" -d 'Say what a locator, a bare id or a secret is, which account owns it, and what its state is'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "measures" -d 'List the cuts in force and their reviews, move a review, or give a cut back'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "evidence" -d 'List, add to, or take out the evidence of an incident'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "report" -d 'Write the report of an incident: what was done, by whose authority, with what proof, and what became of everything'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "provider" -d 'Tell what a provider knows and can do, what permissions it needs, which guardrail to install; asks no provider'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "doctor" -d 'Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "playbook" -d 'Check playbooks, and show what the language and the shelf hold'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "policy" -d 'Check the policies, explain what they say of a plan, or hold them to written cases'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "estate" -d 'Check estate.yaml, and show who owns what, who uses it, and what breaks with it'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "drill" -d 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "journal" -d 'Show an incident\'s journal, verify it, or sign it'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "man" -d 'Print the manual page of contain, or of one verb: contain man isolate | man -l -'
complete -c contain -n "__fish_contain_using_subcommand help; and not __fish_seen_subcommand_from isolate inventory validate reissue plan apply approve run propose status verify resume restore incident identify measures evidence report provider doctor playbook policy estate drill journal completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "open" -d 'Open an incident without cutting anything yet'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "list" -d 'List incidents, oldest first'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "join" -d 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "show" -d 'Say where an incident stands, what is owed, and what is lacking before it can be closed'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "done" -d 'Say that a manual task was done'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "waive" -d 'Take on yourself that an open item holds back nothing any more'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "declare" -d 'Declare that one person may do what otherwise takes two, until it is reviewed'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "review" -d 'Say that you have looked at what another person did on their own word'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "handover" -d 'Hand the lead of an incident over to somebody'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "dismiss" -d 'End all authority of agents and pipelines in an incident'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "close" -d 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "accept" -d 'Take on yourself that something which closing lacks stays as it is'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "reopen" -d 'Open a closed incident again'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from incident" -f -a "note" -d 'Write something down in an incident\'s journal'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from measures" -f -a "list" -d 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from measures" -f -a "extend" -d 'Say that a measure was reviewed and stays, until its next review'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from measures" -f -a "release" -d 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from evidence" -f -a "list" -d 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from evidence" -f -a "add" -d 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from evidence" -f -a "export" -d 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "list" -d 'List the providers, with the kinds and actions of each in short'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "show" -d 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "permissions" -d 'Print the least policy for a responder who may do everything that this build can do'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "schema" -d 'Print the JSON Schema of provider packs'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "lint" -d 'Check packs without asking anybody: structure, expressions, effects, undos, answers'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "test" -d 'Run the recorded conversations of packs through the real engine, against a server on loopback'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from provider" -f -a "guardrail" -d 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "lint" -d 'Check files, and report everything that is wrong with them; ends 2 on any problem'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "schema" -d 'Print the JSON Schema of a playbook, for editors'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "reference" -d 'Print the reference of the language, in Markdown'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "list" -d 'List the playbooks that ship and those of the workspace'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "show" -d 'Print a playbook'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from playbook" -f -a "new" -d 'Begin a playbook in the workspace\'s playbooks/, with comments on what stands where'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "check" -d 'Read and validate every policy, and list the rules with what they want'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "explain" -d 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "test" -d 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from estate" -f -a "lint" -d 'Check a file, and report everything that is wrong with it; ends 2 on any problem'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from estate" -f -a "list" -d 'List the identities, with owner, environment, criticality, and how much each holds'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from estate" -f -a "show" -d 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from estate" -f -a "schema" -d 'Print the JSON Schema of the file, for editors'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from drill" -f -a "run" -d 'Rehearse a scenario'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from drill" -f -a "list" -d 'List the scenarios that ship'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "show" -d 'Print the entries in short, one a line'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "verify" -d 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "give-up" -d 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed'
complete -c contain -n "__fish_contain_using_subcommand help; and __fish_seen_subcommand_from journal" -f -a "sign" -d 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen'
