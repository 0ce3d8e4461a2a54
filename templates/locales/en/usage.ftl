# What was used, what it cost, what is left

usage = Usage
usage-of-month = Usage in { $month }
usage-cost = Cost
usage-calls = Answers
usage-tokens = Tokens
usage-day = By day
usage-model = By model
usage-person = By person
usage-unknown = unknown
usage-gone = No longer there
usage-none = Nothing yet this month.
usage-hint = Days and months are those of UTC. Where a provider did not count, the numbers are estimated and marked with ≈. Titles that a model made count as answers here. What was deleted still counts.
usage-csv-days = Days as CSV
usage-csv-chats = Conversations as CSV
usage-of-chat = { $calls ->
    [one] So far one answer with { $tokens } tokens. Cost: { $cost }
   *[other] So far { $calls } answers with { $tokens } tokens. Cost: { $cost }
}
budget-day = Budget for today
budget-month = Budget for this month
budget-answers = Answers today
budget-used = { $used } of { $limit }
notice-budget-exhausted = Your budget for this server's models is used up for now. Settings, Usage says more.
