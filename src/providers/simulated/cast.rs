//! The simulated models and what each of them says.

use std::{borrow::Cow, time::Duration};

use super::{
    options::Options,
    score::{Beat, Cut, Part},
    words::{Dice, Prose, hash},
};

const ESSAY: &str = include_str!("essay.md");
/// About 60 tokens a second: quick, and still readable as it grows.
const PLEASANT: u64 = 16_500;

/// The beats of an ordinary model's answer to `prompt`; faults have their own file.
pub fn beats(options: &Options, prompt: &str) -> Vec<Beat> {
    let mut beats = vec![Beat::Wait(options.first())];
    beats.extend(match options.base.as_str() {
        "essay" => vec![say(essay(options, prompt), Cut::Words, options.every(PLEASANT))],
        "slow" => vec![say(slow(prompt), Cut::Words, options.every(150_000))],
        "thinking" => thinking(options, prompt),
        "echo" => vec![echo(options, prompt)],
        "title" => vec![say(title(prompt), Cut::Words, options.every(0))],
        "tokens" => {
            let prose = Prose::new(options.n.unwrap_or(200), options.seed);
            vec![Beat::Ramble { prose, every: options.every(20_000) }]
        }
        _ => vec![say(fast(options, prompt), Cut::Words, options.every(0))],
    });
    beats.extend([Beat::Finish("stop"), Beat::Usage, Beat::Done]);
    beats
}

/// A text of the answer.
pub fn say(text: impl Into<Cow<'static, str>>, cut: Cut, every: Duration) -> Beat {
    Beat::Say { part: Part::Answer, text: text.into(), cut, every }
}

/// The first few words of a prompt, without anything that markdown would take for its own.
pub fn topic(prompt: &str) -> String {
    let line = prompt.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    let mut topic = String::new();
    for word in line.split_whitespace() {
        let word: String =
            word.chars().filter(|c| c.is_alphanumeric() || "'’-,.?!".contains(*c)).take(40).collect();
        if topic.chars().count() + word.chars().count() > 60 {
            topic.push_str(" …");
            break;
        }
        if !word.is_empty() {
            topic.push_str(if topic.is_empty() { "" } else { " " });
            topic.push_str(&word);
        }
    }
    if topic.is_empty() { "hello".to_owned() } else { topic }
}

fn essay(options: &Options, prompt: &str) -> String {
    let topic = topic(prompt);
    let openings = [
        format!(
            "You wrote “{topic}”. I will come back to it with a clear conscience: a simulated model knows nothing \
                 about it, but it can show you how an answer to it would travel.\n\n"
        ),
        format!(
            "“{topic}”, you say. A real model would now tell you about that; I am only the understudy, so let me \
                 show you the stage instead.\n\n"
        ),
        format!(
            "Thank you for “{topic}”. While a real model thinks about it, come along for a walk through the house \
                 in which it will answer.\n\n"
        ),
    ];
    let mut text = pick(&openings, options, prompt).clone();
    for round in 1..=options.repeat {
        // Foot notes are one namespace per document: each round needs names of its own.
        let round_text = if round == 1 {
            ESSAY.to_owned()
        } else {
            ESSAY
                .replace("[^log]", &format!("[^log{round}]"))
                .replace("[^twice]", &format!("[^twice{round}]"))
        };
        text.push_str(&round_text);
        if round < options.repeat {
            text.push('\n');
        }
    }
    text
}

fn fast(options: &Options, prompt: &str) -> String {
    let topic = topic(prompt);
    let words = prompt.split_whitespace().count();
    let lower = prompt.trim_start().to_lowercase();
    let greeting = ["hi", "hello", "hey", "hallo", "moin", "servus", "good morning", "good evening"]
        .iter()
        .any(|word| lower.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
    if greeting {
        return "Hello! 👋 I am **Fast**, the simulated model that has finished before you look up. There is no mind \
                behind me, only good manners, yet these words took the same road as a real answer: into the log \
                first, then to you.\n\nAsk me anything to see how I dodge it, or pick *Essay* for a tour of the house."
            .to_owned();
    }
    if lower.trim_end().ends_with('?') {
        return pick(
            &[
                format!("“{topic}” is a good question, and you deserve better than my guess: I am simulated and know \
                         nothing at all. Set `OPENAI_API_KEY`, pick a real model above, and ask it again. This \
                         conversation stays where it is."),
                format!("If I had a mind, I would turn “{topic}” over in it for a while. I have only a script, so here \
                         is an honest answer: **I don't know**. A real model, once you connect one, may well."),
            ],
            options,
            prompt,
        )
        .clone();
    }
    let count = if words == 1 { "one word".to_owned() } else { format!("{words} words") };
    pick(
        &[
            format!("“{topic}”: noted, {count}, safely in the log. I am **Fast**, a simulated model, so that is all I \
                     can make of it, but I made it *quickly*."),
            format!("Got it: “{topic}”. That was {count} from you and less than a blink from me. I am simulated; for \
                     an answer with substance, pick a real model, and for a longer show, pick *Essay*."),
            format!("Here is what I understood of “{topic}”:\n\n- it has {count},\n- it arrived in one piece,\n- and it \
                     is yours: nobody but you can read it here.\n\nThe rest is beyond a simulated model."),
        ],
        options,
        prompt,
    )
    .clone()
}

fn slow(prompt: &str) -> String {
    format!(
        "Let me … take my time with “{}”. I am the **slow** model: one word, then a breath, then another word. Some \
         models really are like this, on a laptop in the shade, and it is a good moment to try things. Close this \
         tab. Open it again. Write on your phone. Press Stop in the middle of a sentence. The words will wait for you, \
         each in its place, and none of them twice.",
        topic(prompt)
    )
}

fn thinking(options: &Options, prompt: &str) -> Vec<Beat> {
    let topic = topic(prompt);
    let thought = format!(
        "The message says “{topic}”. First I should find out what is really being asked. It could be a question, a \
         wish, or somebody trying out what the thinking model does; the last is the most likely. I know nothing about \
         the matter itself, being simulated, so I must not pretend. What would help? To show that thoughts come \
         separately from the answer, can be folded away, and have a duration. Good. I will say that, in a few friendly \
         lines, and stop."
    );
    let answer = format!(
        "I have thought about “{topic}”, and you can open what I thought above, with the time it took.\n\nThoughts \
         arrive on a line of their own, apart from the answer:\n\n1. they are shown while they grow,\n2. they fold \
         away when the answer begins,\n3. they are kept for you to read, and are **never** sent to another \
         provider.\n\nReal reasoning models do the same, with more to say. I am simulated, so my deepest thought was \
         how to end this sentence."
    );
    vec![
        Beat::Say {
            part: Part::Thinking,
            text: thought.into(),
            cut: Cut::Words,
            every: options.every(22_000),
        },
        say(answer, Cut::Words, options.every(PLEASANT)),
    ]
}

/// The words of the first line that say what it is about.
fn title(prompt: &str) -> String {
    const SMALL: &[&str] = &[
        "a", "an", "the", "how", "what", "why", "when", "where", "who", "is", "are", "do", "does", "did",
        "can", "could", "would", "will", "i", "you", "me", "my", "please", "to", "of", "der", "die", "das",
        "wie", "was", "warum", "ist",
    ];
    let topic = topic(prompt);
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = topic.split(' ').map(bare).filter(|word| !word.is_empty()).collect();
    let mut told: Vec<&str> = words.iter().map(String::as_str).collect();
    told.retain(|word| !SMALL.contains(&word.to_lowercase().as_str()));
    // All of them small: then they are what it is about.
    let chosen = if told.is_empty() { words.join(" ") } else { told[..told.len().min(6)].join(" ") };
    let mut letters = chosen.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn echo(options: &Options, prompt: &str) -> Beat {
    let size = 1 + Dice(options.seed ^ hash(prompt)).below(5);
    say(prompt.to_owned(), Cut::Chars(size), options.every(4_000))
}

fn pick<'t>(texts: &'t [String], options: &Options, prompt: &str) -> &'t String {
    &texts[Dice(options.seed ^ hash(prompt)).below(texts.len())]
}
