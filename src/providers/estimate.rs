//! About how many tokens a text is. Every provider cuts text in its own way; nobody tells beforehand.

use super::{Message, Request, Role};

/// What a turn costs beside its text.
const TURN: u64 = 4;
/// What a picture or a page costs, about.
const FILE: u64 = 1_600;

/// Tokens of a text, rather too many than too few: a little more than a quarter of what is written in English, one for a
/// character of Chinese, Japanese or Korean, and two of three characters of what else there is.
pub fn tokens(text: &str) -> u64 {
    let (mut narrow, mut wide, mut other) = (0_u64, 0_u64, 0_u64);
    for c in text.chars() {
        match c {
            '\0'..='\u{7f}' => narrow += 1,
            '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'.. => {
                wide += 1
            }
            _ => other += 1,
        }
    }
    (narrow * 2).div_ceil(7) + wide + (other * 2).div_ceil(3)
}

/// Tokens of one turn that is only text.
pub fn of_text(text: &str) -> u64 {
    TURN + tokens(text)
}

/// Tokens of one turn, whatever goes along with it.
pub fn of_message(message: &Message) -> u64 {
    let calls = message.calls.iter().map(|call| TURN + tokens(&call.name) + tokens(&call.arguments));
    let results = message.results.iter().map(|result| TURN + tokens(&result.output));
    let replay = message.replay.as_ref().map_or(0, |replay| tokens(&replay.items));
    let said: u64 = calls.chain(results).sum::<u64>() + tokens(&message.text);
    // What is said again in the provider's own words holds the text, too.
    TURN + said.max(replay) + FILE * message.files.len() as u64
}

/// Tokens of everything that a model is told.
pub fn of_request(request: &Request) -> u64 {
    let tools = request.tools.iter().map(|tool| {
        TURN + tokens(&tool.name) + tokens(&tool.description) + tokens(&tool.parameters.to_string())
    });
    tools.sum::<u64>() + request.messages.iter().map(of_message).sum::<u64>()
}

/// Drops turns from the oldest on until the rest is within `limit` tokens; system texts and the last question stay.
/// Gives how many were dropped. What is left begins with what a person said.
pub fn fit(request: &mut Request, limit: u64) -> usize {
    let mut size = of_request(request);
    let mut dropped = 0;
    while size > limit {
        let mut turns = request.messages.iter().enumerate().filter(|(_, turn)| turn.role != Role::System);
        let (Some((oldest, _)), Some(_)) = (turns.next(), turns.next()) else { break };
        // Up to the next thing that a person said: an answer without its question says nothing.
        let next = turns_after(request, oldest);
        let Some(next) = next else { break };
        for message in request.messages.drain(oldest..next) {
            size -= of_message(&message).min(size);
            dropped += usize::from(message.role != Role::System);
        }
    }
    dropped
}

/// The next turn of a person behind the one at `oldest` that is not only what tools gave back.
fn turns_after(request: &Request, oldest: usize) -> Option<usize> {
    let asks = |turn: &Message| turn.role == Role::User && turn.results.is_empty();
    (oldest + 1..request.messages.len()).find(|at| asks(&request.messages[*at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_rather_too_high() {
        // As OpenAI's o200k and Anthropic's published examples count them: 9-10, 6-8 and 9-14.
        assert!((9..=14).contains(&tokens("The quick brown fox jumps over the lazy dog.")));
        assert_eq!(tokens("川はなぜ曲がるのか"), 9);
        assert!((10..=20).contains(&tokens("Почему реки изгибаются?")));
        assert_eq!(tokens(""), 0);
    }

    #[test]
    fn the_oldest_turns_go_and_the_question_stays() {
        let long = "word ".repeat(700);
        let turns = [
            Message::system("Be brief."),
            Message::user(long.as_str()),
            Message::assistant(long.as_str()),
            Message::user("And then?"),
            Message::assistant("That."),
            Message::user("Why?"),
        ];
        let whole = Request { messages: turns.to_vec(), ..Request::default() };
        let mut request = whole.clone();
        assert_eq!(fit(&mut request, 100_000), 0);
        assert_eq!(fit(&mut request, 1_500), 2);
        assert_eq!(request.messages, [&turns[..1], &turns[3..]].concat());
        // A question that is too long by itself is the provider's to refuse.
        assert_eq!(fit(&mut request, 1), 2);
        assert_eq!(request.messages, [turns[0].clone(), turns[5].clone()]);
    }
}
