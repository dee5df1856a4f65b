
use builtin;
use str;

set edit:completion:arg-completer[contain] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'contain'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'contain'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand isolate 'Cut the access of a compromised identity or credential, and of what it minted or entered'
            cand inventory 'List what hangs on an identity or credential, and what it did; changes nothing'
            cand validate 'Check an identity or credential after its cut: use since, more rights than it needs, what it moved on to'
            cand reissue 'Replace a credential that was cut: the new one goes straight to its consumers, and nobody sees it'
            cand plan 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing'
            cand apply 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident'
            cand approve 'Agree to a plan that waits for people, or deny it, by signing it with an SSH key'
            cand run 'Carry out a playbook on one subject or on several'
            cand propose 'Put the isolation of something, or a playbook, before people: planned, with why, and done by nobody until two agree'
            cand status 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider'
            cand verify 'Look at everything afresh and say whether it is contained; changes nothing'
            cand resume 'Go on with an incident: look at what is in doubt, then finish what is open or due'
            cand restore 'Give back what was cut, as far as it may come back; a compromised credential only where it is named'
            cand incident 'Open, list or close incidents, or note something in one'
            cand identify 'Say what a locator, a bare id or a secret is, which account owns it, and what its state is'
            cand measures 'List the cuts in force and their reviews, move a review, or give a cut back'
            cand evidence 'List, add to, or take out the evidence of an incident'
            cand report 'Write the report of an incident: what was done, by whose authority, with what proof, and what became of everything'
            cand provider 'Tell what a provider knows and can do, what permissions it needs, which guardrail to install; asks no provider'
            cand doctor 'Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider'
            cand playbook 'Check playbooks, and show what the language and the shelf hold'
            cand policy 'Check the policies, explain what they say of a plan, or hold them to written cases'
            cand estate 'Check estate.yaml, and show who owns what, who uses it, and what breaks with it'
            cand drill 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second'
            cand journal 'Show an incident''s journal, verify it, or sign it'
            cand completions 'Print the completion script for a shell'
            cand man 'Print the manual page of contain, or of one verb: contain man isolate | man -l -'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;isolate'= {
            cand --subjects 'Read further subjects from FILE, one per line; `-` is standard input'
            cand --from 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood'
            cand --since 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h'
            cand --include 'Cut these relations too: could-enter, could-read, held, exposed, shared (can be repeated)'
            cand --secret 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)'
            cand --activity 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)'
            cand --incident 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --yes 'Confirm the plan without being asked; covers tiers up to 2'
            cand --exact 'Withhold the reach mandate: whatever is found later is planned, not cut'
            cand --wait 'Go on until contained, cutting what appears meanwhile'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;inventory'= {
            cand --subjects 'Read further subjects from FILE, one per line; `-` is standard input'
            cand --from 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood'
            cand --since 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h'
            cand --activity 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)'
            cand --incident 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;validate'= {
            cand --subjects 'Read further subjects from FILE, one per line; `-` is standard input'
            cand --from 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood'
            cand --since 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h'
            cand --activity 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)'
            cand --incident 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --wait 'Go on until the checks can be answered: until every cut is in force everywhere'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;reissue'= {
            cand --subjects 'Read further subjects from FILE, one per line; `-` is standard input'
            cand --from 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood'
            cand --since 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h'
            cand --input 'Give an input of the playbook a value: deliver_to=LOCATOR says where consumers read it (can be repeated)'
            cand --activity 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)'
            cand --incident 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --yes 'Confirm the plan without being asked; covers tiers up to 2'
            cand --exact 'Withhold the reach mandate: whatever is found later is planned, not cut'
            cand --wait 'Go on until done, or until people are needed'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;plan'= {
            cand --subject 'What is compromised (can be repeated)'
            cand --subjects 'Read further subjects from FILE, one per line; `-` is standard input'
            cand --from 'Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids'
            cand --input 'Give an input of the playbook a value (can be repeated)'
            cand --since 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h'
            cand --include 'Cut these relations too (can be repeated)'
            cand --secret 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)'
            cand --activity 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)'
            cand --incident 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --permissions 'Print instead the least policy that permits exactly this plan, for whoever applies it'
            cand --as-commands 'Print instead the plan and its undo as the vendors'' own command lines, to be run by hand'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;apply'= {
            cand --confirm 'Confirm the plan by its code, the first eight characters of its digest; covers tier 3'
            cand --secret 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)'
            cand --incident 'Work in this incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --yes 'Confirm the plan without being asked; covers tiers up to 2'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;approve'= {
            cand --key 'Sign with this key: a private key''s file, or the .pub beside a key that an agent or hardware holds'
            cand --import 'Take in what somebody signed elsewhere: a file, `-` is standard input. The signature, after the line that was signed where that is not the request itself'
            cand --item 'Answer for this item only, as the plan names it (can be repeated)'
            cand --deny 'Deny instead, and say why; final for these items in this run'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --yes 'Sign without being asked once more'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;run'= {
            cand --subject 'What is compromised (can be repeated)'
            cand --subjects 'Read further subjects from FILE, one per line; `-` is standard input'
            cand --from 'Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids'
            cand --input 'Give an input of the playbook a value (can be repeated)'
            cand --since 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h'
            cand --include 'Cut these relations too (can be repeated)'
            cand --secret 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)'
            cand --activity 'Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what `aws cloudtrail lookup-events` printed (can be repeated)'
            cand --incident 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --yes 'Confirm the plan without being asked; covers tiers up to 2'
            cand --exact 'Withhold the reach mandate: whatever is found later is planned, not cut'
            cand --wait 'Go on until contained, cutting what appears meanwhile'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;propose'= {
            cand --subjects 'Read further subjects from FILE, one per line; `-` is standard input'
            cand --from 'Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it is a subject, its secret is tried, and nothing of it is shown but ids and where they stood'
            cand --since 'The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h'
            cand --rationale 'Why, in your words; kept in the journal as what you say, never as more'
            cand --evidence 'What it rests on: a reference, a link, an id (can be repeated)'
            cand --playbook 'A playbook instead of isolate'
            cand --input 'Give an input of the playbook a value (can be repeated)'
            cand --incident 'Work in this incident; otherwise the open one that has this subject, the only open one, or the latest'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;status'= {
            cand --incident 'The incident, or a drill; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --watch 'Go on showing it, whenever the journal grows or a deadline passes, until interrupted'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;verify'= {
            cand --secret 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)'
            cand --incident 'Work in this incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --wait 'Wait until everything has settled, as long as waiting can change the answer'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;resume'= {
            cand --secret 'Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)'
            cand --from 'Read the pasted leak again from FILE, `-` is standard input, for the secrets that cannot be read again otherwise'
            cand --incident 'Work in this incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --wait 'Go on until contained, cutting what appears meanwhile'
            cand --yes 'Confirm what still needs confirming without being asked; covers tiers up to 2'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;restore'= {
            cand --even-if-changed 'Put this field of what is named back although the subject itself changed it before it was cut'
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'Work in this incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --false-positive 'What was cut is healthy: lift all of our measures on it and on what hung on it; needs `--reason`'
            cand --sessions-too 'The sessions that were cut are healthy too: lift their cut-offs at once'
            cand --yes 'Confirm the plan without being asked; covers tiers up to 2'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand open 'Open an incident without cutting anything yet'
            cand list 'List incidents, oldest first'
            cand join 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there'
            cand show 'Say where an incident stands, what is owed, and what is lacking before it can be closed'
            cand done 'Say that a manual task was done'
            cand waive 'Take on yourself that an open item holds back nothing any more'
            cand declare 'Declare that one person may do what otherwise takes two, until it is reviewed'
            cand review 'Say that you have looked at what another person did on their own word'
            cand handover 'Hand the lead of an incident over to somebody'
            cand dismiss 'End all authority of agents and pipelines in an incident'
            cand close 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it'
            cand accept 'Take on yourself that something which closing lacks stays as it is'
            cand reopen 'Open a closed incident again'
            cand note 'Write something down in an incident''s journal'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;incident;open'= {
            cand --since 'The incident began then: a time, or a duration ago'
            cand --reason 'Why, in your words; kept in the journal'
            cand --ticket 'A ticket elsewhere; kept in the journal'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;list'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;join'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;show'= {
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;done'= {
            cand --note 'What was done, in your words'
            cand --evidence 'Keep a file that shows it, in the incident''s folder (can be repeated)'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;waive'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;declare'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --lasts 'It ends by itself after so long; otherwise after 24h, and after 1h for break-glass, which is also the most'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;review'= {
            cand --reason 'What you say about it; kept in the journal'
            cand --key 'Sign it with this SSH key, which it takes where allowed_signers has one of yours; otherwise CONTAIN_SIGNING_KEY'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;handover'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;dismiss'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;close'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --key 'Sign the final report with this SSH key; otherwise with CONTAIN_SIGNING_KEY, or signing.key of contain.yaml'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;accept'= {
            cand --relation 'Everything open that is known in this way alone: held, could-enter, could-read, shared, exposed'
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;reopen'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;note'= {
            cand --did 'It tells of work done by hand: an action and its target; the next round looks whether it is so'
            cand --at 'When it was done: a time, or a duration ago; otherwise now'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;incident;help'= {
            cand open 'Open an incident without cutting anything yet'
            cand list 'List incidents, oldest first'
            cand join 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there'
            cand show 'Say where an incident stands, what is owed, and what is lacking before it can be closed'
            cand done 'Say that a manual task was done'
            cand waive 'Take on yourself that an open item holds back nothing any more'
            cand declare 'Declare that one person may do what otherwise takes two, until it is reviewed'
            cand review 'Say that you have looked at what another person did on their own word'
            cand handover 'Hand the lead of an incident over to somebody'
            cand dismiss 'End all authority of agents and pipelines in an incident'
            cand close 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it'
            cand accept 'Take on yourself that something which closing lacks stays as it is'
            cand reopen 'Open a closed incident again'
            cand note 'Write something down in an incident''s journal'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;incident;help;open'= {
        }
        &'contain;incident;help;list'= {
        }
        &'contain;incident;help;join'= {
        }
        &'contain;incident;help;show'= {
        }
        &'contain;incident;help;done'= {
        }
        &'contain;incident;help;waive'= {
        }
        &'contain;incident;help;declare'= {
        }
        &'contain;incident;help;review'= {
        }
        &'contain;incident;help;handover'= {
        }
        &'contain;incident;help;dismiss'= {
        }
        &'contain;incident;help;close'= {
        }
        &'contain;incident;help;accept'= {
        }
        &'contain;incident;help;reopen'= {
        }
        &'contain;incident;help;note'= {
        }
        &'contain;incident;help;help'= {
        }
        &'contain;identify'= {
            cand --from 'Say what a text or a scanner''s report holds, offline: FILE, or `-` for standard input; nothing of it is shown but ids and where they stood'
            cand --secret 'Say what one secret is, offline and without showing it: env:NAME, file:PATH, fd:N or stdin'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --offline 'Ask no provider: say only what the id itself tells'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;measures'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue'
            cand extend 'Say that a measure was reviewed and stays, until its next review'
            cand release 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;measures;list'= {
            cand --incident 'The incident, or a drill; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;measures;extend'= {
            cand --until 'When it is due for review next: a time, or a duration from now'
            cand --reason 'Why it stays, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;measures;release'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --yes 'Confirm the plan without being asked; covers tiers up to 2'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;measures;help'= {
            cand list 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue'
            cand extend 'Say that a measure was reviewed and stays, until its next review'
            cand release 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;measures;help;list'= {
        }
        &'contain;measures;help;extend'= {
        }
        &'contain;measures;help;release'= {
        }
        &'contain;measures;help;help'= {
        }
        &'contain;evidence'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered'
            cand add 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB'
            cand export 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;evidence;list'= {
            cand --incident 'The incident, or a drill; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;evidence;add'= {
            cand --about 'What it is evidence of, in your words or as a locator'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;evidence;export'= {
            cand --incident 'The incident, or a drill; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;evidence;help'= {
            cand list 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered'
            cand add 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB'
            cand export 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;evidence;help;list'= {
        }
        &'contain;evidence;help;add'= {
        }
        &'contain;evidence;help;export'= {
        }
        &'contain;evidence;help;help'= {
        }
        &'contain;report'= {
            cand --incident 'The incident, or a drill; otherwise the only open one, or the latest'
            cand --audience 'For whom: internal names everything; external replaces names by stable pseudonyms and leaves out what people wrote'
            cand --key 'The key to sign with: a private key''s file, or the .pub beside a key that an agent or hardware holds; otherwise CONTAIN_SIGNING_KEY, or signing.key of contain.yaml'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --md 'As Markdown, which is what is printed otherwise too'
            cand --html 'As one HTML file that needs nothing else; with `--json` the report stands in `data` as JSON'
            cand --print 'Print it only; otherwise it is stored in the incident''s folder too, and noted in the journal'
            cand --sign 'Store what closing stores, every form for both audiences, and sign the list of their digests with an SSH key'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List the providers, with the kinds and actions of each in short'
            cand show 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven'
            cand permissions 'Print the least policy for a responder who may do everything that this build can do'
            cand schema 'Print the JSON Schema of provider packs'
            cand lint 'Check packs without asking anybody: structure, expressions, effects, undos, answers'
            cand test 'Run the recorded conversations of packs through the real engine, against a server on loopback'
            cand guardrail 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;provider;list'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider;show'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider;permissions'= {
            cand --action 'Only these actions, with what looks at their targets (can be repeated)'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --reads 'Only what reads: enough to plan, inventory and verify'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider;schema'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider;lint'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider;test'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider;guardrail'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;provider;help'= {
            cand list 'List the providers, with the kinds and actions of each in short'
            cand show 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven'
            cand permissions 'Print the least policy for a responder who may do everything that this build can do'
            cand schema 'Print the JSON Schema of provider packs'
            cand lint 'Check packs without asking anybody: structure, expressions, effects, undos, answers'
            cand test 'Run the recorded conversations of packs through the real engine, against a server on loopback'
            cand guardrail 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;provider;help;list'= {
        }
        &'contain;provider;help;show'= {
        }
        &'contain;provider;help;permissions'= {
        }
        &'contain;provider;help;schema'= {
        }
        &'contain;provider;help;lint'= {
        }
        &'contain;provider;help;test'= {
        }
        &'contain;provider;help;guardrail'= {
        }
        &'contain;provider;help;help'= {
        }
        &'contain;doctor'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;playbook'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand lint 'Check files, and report everything that is wrong with them; ends 2 on any problem'
            cand schema 'Print the JSON Schema of a playbook, for editors'
            cand reference 'Print the reference of the language, in Markdown'
            cand list 'List the playbooks that ship and those of the workspace'
            cand show 'Print a playbook'
            cand new 'Begin a playbook in the workspace''s playbooks/, with comments on what stands where'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;playbook;lint'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;playbook;schema'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;playbook;reference'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;playbook;list'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;playbook;show'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;playbook;new'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;playbook;help'= {
            cand lint 'Check files, and report everything that is wrong with them; ends 2 on any problem'
            cand schema 'Print the JSON Schema of a playbook, for editors'
            cand reference 'Print the reference of the language, in Markdown'
            cand list 'List the playbooks that ship and those of the workspace'
            cand show 'Print a playbook'
            cand new 'Begin a playbook in the workspace''s playbooks/, with comments on what stands where'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;playbook;help;lint'= {
        }
        &'contain;playbook;help;schema'= {
        }
        &'contain;playbook;help;reference'= {
        }
        &'contain;playbook;help;list'= {
        }
        &'contain;playbook;help;show'= {
        }
        &'contain;playbook;help;new'= {
        }
        &'contain;playbook;help;help'= {
        }
        &'contain;policy'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand check 'Read and validate every policy, and list the rules with what they want'
            cand explain 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree'
            cand test 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;policy;check'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;policy;explain'= {
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;policy;test'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;policy;help'= {
            cand check 'Read and validate every policy, and list the rules with what they want'
            cand explain 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree'
            cand test 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;policy;help;check'= {
        }
        &'contain;policy;help;explain'= {
        }
        &'contain;policy;help;test'= {
        }
        &'contain;policy;help;help'= {
        }
        &'contain;estate'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand lint 'Check a file, and report everything that is wrong with it; ends 2 on any problem'
            cand list 'List the identities, with owner, environment, criticality, and how much each holds'
            cand show 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is'
            cand schema 'Print the JSON Schema of the file, for editors'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;estate;lint'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;estate;list'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;estate;show'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;estate;schema'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;estate;help'= {
            cand lint 'Check a file, and report everything that is wrong with it; ends 2 on any problem'
            cand list 'List the identities, with owner, environment, criticality, and how much each holds'
            cand show 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is'
            cand schema 'Print the JSON Schema of the file, for editors'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;estate;help;lint'= {
        }
        &'contain;estate;help;list'= {
        }
        &'contain;estate;help;show'= {
        }
        &'contain;estate;help;schema'= {
        }
        &'contain;estate;help;help'= {
        }
        &'contain;drill'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand run 'Rehearse a scenario'
            cand list 'List the scenarios that ship'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;drill;run'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;drill;list'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;drill;help'= {
            cand run 'Rehearse a scenario'
            cand list 'List the scenarios that ship'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;drill;help;run'= {
        }
        &'contain;drill;help;list'= {
        }
        &'contain;drill;help;help'= {
        }
        &'contain;journal'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand show 'Print the entries in short, one a line'
            cand verify 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged'
            cand give-up 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed'
            cand sign 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;journal;show'= {
            cand --incident 'The incident, or a drill; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;journal;verify'= {
            cand --incident 'The incident, or a drill; otherwise the only open one, or the latest'
            cand --checkpoint 'Hold it against this signed checkpoint, kept elsewhere, with its .sig beside it (can be repeated)'
            cand --allowed-signers 'Who may sign, as `ssh-keygen` reads it; otherwise allowed_signers of the workspace'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;journal;give-up'= {
            cand --reason 'Why, in your words; kept in the journal'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;journal;sign'= {
            cand --key 'Sign with this SSH key: a file with a private key, or the .pub of one that an agent or a FIDO key holds'
            cand --to 'Copy the checkpoint and its signature into DIR, out of reach of whoever can write here (can be repeated)'
            cand --incident 'The incident; otherwise the only open one, or the latest'
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;journal;help'= {
            cand show 'Print the entries in short, one a line'
            cand verify 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged'
            cand give-up 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed'
            cand sign 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;journal;help;show'= {
        }
        &'contain;journal;help;verify'= {
        }
        &'contain;journal;help;give-up'= {
        }
        &'contain;journal;help;sign'= {
        }
        &'contain;journal;help;help'= {
        }
        &'contain;completions'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;man'= {
            cand --workspace 'Use the workspace in DIR instead of looking for contain.yaml here and above'
            cand --journal 'Keep incidents under DIR, e.g. when the usual place cannot be written'
            cand --as 'Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)'
            cand --operator 'Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account os:NAME of the present login'
            cand --json 'Print exactly one JSON document on standard output, whatever the ending'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'contain;help'= {
            cand isolate 'Cut the access of a compromised identity or credential, and of what it minted or entered'
            cand inventory 'List what hangs on an identity or credential, and what it did; changes nothing'
            cand validate 'Check an identity or credential after its cut: use since, more rights than it needs, what it moved on to'
            cand reissue 'Replace a credential that was cut: the new one goes straight to its consumers, and nobody sees it'
            cand plan 'Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing'
            cand apply 'Perform one round exactly as planned: the plan that is named, or the latest one of the incident'
            cand approve 'Agree to a plan that waits for people, or deny it, by signing it with an SSH key'
            cand run 'Carry out a playbook on one subject or on several'
            cand propose 'Put the isolation of something, or a playbook, before people: planned, with why, and done by nobody until two agree'
            cand status 'Say where an incident stands: what is done, open and still alive, and what is due; asks no provider'
            cand verify 'Look at everything afresh and say whether it is contained; changes nothing'
            cand resume 'Go on with an incident: look at what is in doubt, then finish what is open or due'
            cand restore 'Give back what was cut, as far as it may come back; a compromised credential only where it is named'
            cand incident 'Open, list or close incidents, or note something in one'
            cand identify 'Say what a locator, a bare id or a secret is, which account owns it, and what its state is'
            cand measures 'List the cuts in force and their reviews, move a review, or give a cut back'
            cand evidence 'List, add to, or take out the evidence of an incident'
            cand report 'Write the report of an incident: what was done, by whose authority, with what proof, and what became of everything'
            cand provider 'Tell what a provider knows and can do, what permissions it needs, which guardrail to install; asks no provider'
            cand doctor 'Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider'
            cand playbook 'Check playbooks, and show what the language and the shelf hold'
            cand policy 'Check the policies, explain what they say of a plan, or hold them to written cases'
            cand estate 'Check estate.yaml, and show who owns what, who uses it, and what breaks with it'
            cand drill 'Rehearse an incident in a simulated world: no credentials, no network, hours in a second'
            cand journal 'Show an incident''s journal, verify it, or sign it'
            cand completions 'Print the completion script for a shell'
            cand man 'Print the manual page of contain, or of one verb: contain man isolate | man -l -'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'contain;help;isolate'= {
        }
        &'contain;help;inventory'= {
        }
        &'contain;help;validate'= {
        }
        &'contain;help;reissue'= {
        }
        &'contain;help;plan'= {
        }
        &'contain;help;apply'= {
        }
        &'contain;help;approve'= {
        }
        &'contain;help;run'= {
        }
        &'contain;help;propose'= {
        }
        &'contain;help;status'= {
        }
        &'contain;help;verify'= {
        }
        &'contain;help;resume'= {
        }
        &'contain;help;restore'= {
        }
        &'contain;help;incident'= {
            cand open 'Open an incident without cutting anything yet'
            cand list 'List incidents, oldest first'
            cand join 'Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an id, list what is there'
            cand show 'Say where an incident stands, what is owed, and what is lacking before it can be closed'
            cand done 'Say that a manual task was done'
            cand waive 'Take on yourself that an open item holds back nothing any more'
            cand declare 'Declare that one person may do what otherwise takes two, until it is reviewed'
            cand review 'Say that you have looked at what another person did on their own word'
            cand handover 'Hand the lead of an incident over to somebody'
            cand dismiss 'End all authority of agents and pipelines in an incident'
            cand close 'Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt, overdue or owed; otherwise it names what is lacking, with the command that settles it'
            cand accept 'Take on yourself that something which closing lacks stays as it is'
            cand reopen 'Open a closed incident again'
            cand note 'Write something down in an incident''s journal'
        }
        &'contain;help;incident;open'= {
        }
        &'contain;help;incident;list'= {
        }
        &'contain;help;incident;join'= {
        }
        &'contain;help;incident;show'= {
        }
        &'contain;help;incident;done'= {
        }
        &'contain;help;incident;waive'= {
        }
        &'contain;help;incident;declare'= {
        }
        &'contain;help;incident;review'= {
        }
        &'contain;help;incident;handover'= {
        }
        &'contain;help;incident;dismiss'= {
        }
        &'contain;help;incident;close'= {
        }
        &'contain;help;incident;accept'= {
        }
        &'contain;help;incident;reopen'= {
        }
        &'contain;help;incident;note'= {
        }
        &'contain;help;identify'= {
        }
        &'contain;help;measures'= {
            cand list 'List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue'
            cand extend 'Say that a measure was reviewed and stays, until its next review'
            cand release 'Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation'
        }
        &'contain;help;measures;list'= {
        }
        &'contain;help;measures;extend'= {
        }
        &'contain;help;measures;release'= {
        }
        &'contain;help;evidence'= {
            cand list 'List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered'
            cand add 'Keep a file of yours with the record, hashed and journaled; at most 64 MiB'
            cand export 'Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks'
        }
        &'contain;help;evidence;list'= {
        }
        &'contain;help;evidence;add'= {
        }
        &'contain;help;evidence;export'= {
        }
        &'contain;help;report'= {
        }
        &'contain;help;provider'= {
            cand list 'List the providers, with the kinds and actions of each in short'
            cand show 'Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo, bound, permissions, and by what each was proven'
            cand permissions 'Print the least policy for a responder who may do everything that this build can do'
            cand schema 'Print the JSON Schema of provider packs'
            cand lint 'Check packs without asking anybody: structure, expressions, effects, undos, answers'
            cand test 'Run the recorded conversations of packs through the real engine, against a server on loopback'
            cand guardrail 'Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it'
        }
        &'contain;help;provider;list'= {
        }
        &'contain;help;provider;show'= {
        }
        &'contain;help;provider;permissions'= {
        }
        &'contain;help;provider;schema'= {
        }
        &'contain;help;provider;lint'= {
        }
        &'contain;help;provider;test'= {
        }
        &'contain;help;provider;guardrail'= {
        }
        &'contain;help;doctor'= {
        }
        &'contain;help;playbook'= {
            cand lint 'Check files, and report everything that is wrong with them; ends 2 on any problem'
            cand schema 'Print the JSON Schema of a playbook, for editors'
            cand reference 'Print the reference of the language, in Markdown'
            cand list 'List the playbooks that ship and those of the workspace'
            cand show 'Print a playbook'
            cand new 'Begin a playbook in the workspace''s playbooks/, with comments on what stands where'
        }
        &'contain;help;playbook;lint'= {
        }
        &'contain;help;playbook;schema'= {
        }
        &'contain;help;playbook;reference'= {
        }
        &'contain;help;playbook;list'= {
        }
        &'contain;help;playbook;show'= {
        }
        &'contain;help;playbook;new'= {
        }
        &'contain;help;policy'= {
            cand check 'Read and validate every policy, and list the rules with what they want'
            cand explain 'Say of each item of a plan what the policies say once its operator says yes, and who else could agree'
            cand test 'Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold'
        }
        &'contain;help;policy;check'= {
        }
        &'contain;help;policy;explain'= {
        }
        &'contain;help;policy;test'= {
        }
        &'contain;help;estate'= {
            cand lint 'Check a file, and report everything that is wrong with it; ends 2 on any problem'
            cand list 'List the identities, with owner, environment, criticality, and how much each holds'
            cand show 'Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is'
            cand schema 'Print the JSON Schema of the file, for editors'
        }
        &'contain;help;estate;lint'= {
        }
        &'contain;help;estate;list'= {
        }
        &'contain;help;estate;show'= {
        }
        &'contain;help;estate;schema'= {
        }
        &'contain;help;drill'= {
            cand run 'Rehearse a scenario'
            cand list 'List the scenarios that ship'
        }
        &'contain;help;drill;run'= {
        }
        &'contain;help;drill;list'= {
        }
        &'contain;help;journal'= {
            cand show 'Print the entries in short, one a line'
            cand verify 'Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged'
            cand give-up 'Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here did not take it, or was killed'
            cand sign 'Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen'
        }
        &'contain;help;journal;show'= {
        }
        &'contain;help;journal;verify'= {
        }
        &'contain;help;journal;give-up'= {
        }
        &'contain;help;journal;sign'= {
        }
        &'contain;help;completions'= {
        }
        &'contain;help;man'= {
        }
        &'contain;help;help'= {
        }
    ]
    $completions[$command]
}
