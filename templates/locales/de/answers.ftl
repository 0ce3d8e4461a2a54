# Antworten
thinking = Denkt nach
thought-briefly = Kurz nachgedacht
thought-for = { $seconds ->
        [one] { $seconds } Sekunde nachgedacht
       *[other] { $seconds } Sekunden nachgedacht
    }
stopped = Du hast diese Antwort angehalten.
stepped-in = { $model } hat geantwortet, weil { $asked } es nicht konnte.
left-out = { $count ->
        [one] Die erste Nachricht passte nicht in das, was dieses Modell liest, und wurde weggelassen.
       *[other] Die ersten { $count } Nachrichten passten nicht in das, was dieses Modell liest, und wurden weggelassen.
    }
interrupted = Die Antwort wurde unterbrochen
interrupted-text = Der Server war mittendrin plötzlich weg. Alles oben ist gespeichert; du kannst die Antwort noch einmal anfordern.
failed-before = Es gibt noch keine Antwort
failed-midway = Die Antwort brach ab
failure-rate-limited = { $provider } bittet um etwas Geduld. Deine Nachricht ist gespeichert: Versuch es gleich noch einmal oder wähle ein anderes Modell.
failure-unavailable = { $provider } ist nicht erreichbar. Deine Nachricht ist gespeichert: Versuch es gleich noch einmal oder wähle ein anderes Modell.
failure-banned = { $provider } hat dieses Konto oder seinen Schlüssel gesperrt. Wähle ein anderes Modell oder kläre es mit { $provider }.
failure-unauthorized = { $provider } hat den API-Schlüssel abgelehnt. Bitte die Person, die diesen Server betreut, ihn zu prüfen.
failure-out-of-credit = Das Guthaben bei { $provider } ist aufgebraucht.
failure-model-missing = { $provider } bietet dieses Modell nicht mehr an. Bitte wähle ein anderes.
failure-too-long = Diese Unterhaltung ist länger, als das Modell lesen kann. Beginne eine neue oder wähle ein Modell, das mehr liest.
failure-filtered = { $provider } hat die Antwort mit seinem Inhaltsfilter beendet.
failure-cut = { $provider } hat die Verbindung mittendrin getrennt. Was ankam, ist gespeichert.
failure-stalled = { $provider } hat mittendrin aufgehört zu senden. Was ankam, ist gespeichert.
failure-malformed = { $provider } hat etwas Unverständliches geschickt. Was ankam, ist gespeichert.
failure-internal = Auf diesem Server ist etwas schiefgegangen. Was ankam, ist gespeichert.
retry = Noch einmal
copy = Kopieren
wrap = Lange Zeilen umbrechen
copied = Kopiert
copy-failed = Kopieren ist hier nicht erlaubt
announce-ready = { $blocks ->
        [one] Antwort fertig.
       *[other] Antwort fertig, { $blocks } Absätze.
    }
announce-stopped = Antwort angehalten.
announce-failed = Die Antwort ist fehlgeschlagen.
announce-interrupted = Die Antwort wurde unterbrochen.
code-theme-auto = Wie die Seite
code-theme-shore = Ufer (hell)
code-theme-paper = Papier (hell)
code-theme-deep = Tiefe (dunkel)
code-theme-ember = Glut (dunkel)

# Versionen und Zweige
edit = Bearbeiten
edit-message = Deine Nachricht bearbeiten
edit-message-text = Eine neue Version mit eigener Antwort; die bisherige bleibt.
send-edit = Senden
retry-with = Noch einmal mit …
retry-with-title = Noch einmal mit einem anderen Modell
retry-with-text = Eine neue Antwort neben der bisherigen.
go-on = Fortsetzen
fork = Ab hier abzweigen
fork-title = { $title } (Abzweig)
show-source = Als Markdown zeigen
message-menu = Mehr zu dieser Nachricht
version = Version { $index } von { $count }
previous-version = Vorige Version
next-version = Nächste Version
keep-this = Diese behalten
stop-this = Diese Antwort anhalten
compare = Vergleichen
compare-with = Vergleichen mit
continued = Begonnen von { $before }, fortgesetzt von { $model }
tool-asked = Wollte das Werkzeug { $tool } benutzen
tool-unavailable = hier nicht verfügbar
tool-nameless = ohne Namen
answer-details = Über diese Antwort
detail-asked = Modell
detail-answered = Beantwortet von
detail-begun = Begonnen von
detail-took = Dauer
detail-first = Erstes Wort nach
detail-thought = Nachgedacht
detail-seconds = { $seconds } s
detail-input = Token hinein
detail-cached = davon aus dem Zwischenspeicher
detail-output = Token heraus
detail-reasoning = davon zum Nachdenken
detail-speed = Token pro Sekunde
detail-cost = Kosten
detail-dollars = { $dollars } US-Dollar
