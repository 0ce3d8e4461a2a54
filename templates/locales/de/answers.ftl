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
failure-overloaded = { $provider } hat gerade mehr zu tun, als es schafft. Deine Nachricht ist gespeichert: Versuch es gleich noch einmal oder wähle ein anderes Modell.
failure-resting = { $provider } ist mehrmals hintereinander ausgefallen und wird einen Moment lang in Ruhe gelassen. Deine Nachricht ist gespeichert: Versuch es in einer Minute noch einmal oder wähle ein anderes Modell.
failure-unavailable = { $provider } ist nicht erreichbar. Deine Nachricht ist gespeichert: Versuch es gleich noch einmal oder wähle ein anderes Modell.
failure-unauthorized = { $provider } hat den API-Schlüssel abgelehnt. Ist es dein eigener, gib ihn in den Einstellungen neu ein; ist es der des Servers, bitte die Person, die ihn betreut, ihn zu prüfen.
failure-forbidden = Der API-Schlüssel darf das bei { $provider } nicht. Vielleicht geht ein anderes Modell; was ein Schlüssel darf, steht im Konto dort.
failure-key-missing = Für { $provider } gibt es keinen API-Schlüssel. Wähle ein anderes Modell, hinterlege in den Einstellungen einen eigenen Schlüssel oder frag die Person, die diesen Server betreut.
failure-key-unreadable = Dein API-Schlüssel für { $provider } lässt sich auf diesem Server nicht mehr lesen. Bitte gib ihn in den Einstellungen neu ein.
failure-out-of-credit = Das Guthaben bei { $provider } ist aufgebraucht. Wem das Konto gehört, kann es dort aufladen; bis dahin hilft vielleicht ein anderes Modell.
failure-model-missing = { $provider } bietet dieses Modell nicht oder nicht mehr an. Bitte wähle ein anderes.
failure-model-ambiguous = Mehrere Anbieter haben ein Modell mit diesem Namen. Wähle eines aus der Liste, damit klar ist, wer gefragt wird.
failure-banned = { $provider } hat dieses Konto oder seinen Schlüssel gesperrt. Wähle ein anderes Modell oder kläre es mit { $provider }.
failure-too-long = Diese Unterhaltung ist länger, als das Modell lesen kann. Beginne eine neue oder wähle ein Modell, das mehr liest.
failure-filtered = { $provider } beantwortet das nach seinen Regeln für Inhalte nicht. Andere Worte oder ein anderes Modell helfen vielleicht.
failure-cut = { $provider } hat die Verbindung mittendrin getrennt. Was ankam, ist gespeichert.
failure-stalled = { $provider } hat mittendrin aufgehört zu senden. Was ankam, ist gespeichert.
failure-malformed = { $provider } hat etwas Unverständliches geschickt. Was ankam, ist gespeichert.
failure-refused = { $provider } hat die Frage so nicht angenommen. Ein anderes Modell oder andere Einstellungen dieser Unterhaltung helfen vielleicht.
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
