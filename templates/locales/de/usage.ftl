# Was verbraucht wurde, was es gekostet hat, was übrig ist

usage = Verbrauch
usage-of-month = Verbrauch im { $month }
usage-cost = Kosten
usage-calls = Antworten
usage-tokens = Token
usage-day = Nach Tagen
usage-model = Nach Modellen
usage-person = Nach Personen
usage-unknown = unbekannt
usage-gone = Nicht mehr vorhanden
usage-none = In diesem Monat noch nichts.
usage-hint = Tage und Monate sind die der UTC. Wo ein Anbieter nicht gezählt hat, sind die Zahlen geschätzt und mit ≈ markiert. Titel, die ein Modell gemacht hat, zählen hier als Antworten. Gelöschtes zählt weiter mit.
usage-csv-days = Tage als CSV
usage-csv-chats = Unterhaltungen als CSV
usage-of-chat = { $calls ->
    [one] Bisher eine Antwort mit { $tokens } Token. Kosten: { $cost }
   *[other] Bisher { $calls } Antworten mit { $tokens } Token. Kosten: { $cost }
}
budget-day = Budget für heute
budget-month = Budget für diesen Monat
budget-answers = Antworten heute
budget-used = { $used } von { $limit }
notice-budget-exhausted = Dein Budget für die Modelle dieses Servers ist vorerst aufgebraucht. Mehr steht unter Einstellungen, Verbrauch.
