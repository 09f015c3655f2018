//! Tokens as text that does not depend on how they were laid out.

use crate::syntax::token::{Token, TokenKind};

/// One space between words, none within parentheses, before a comma or after a sign.
pub(super) fn print(text: &str, tokens: &[Token]) -> String {
    let mut printed = String::new();
    let mut last: Option<Token> = None;
    let mut binary = false;
    for token in tokens {
        if last.is_some_and(|last| is_spaced(text, last, *token, binary)) {
            printed.push(' ');
        }
        binary = last.is_some_and(|last| is_operand(text, last)) || token.text(text) == "*";
        printed.push_str(token.text(text));
        last = Some(*token);
    }
    printed
}

/// Whether a space goes between two tokens; `binary` says of an operator on the left that it has a left side.
fn is_spaced(text: &str, left: Token, right: Token, binary: bool) -> bool {
    match (left.kind, right.kind) {
        (_, TokenKind::Comma | TokenKind::RightParen | TokenKind::Dot | TokenKind::Semicolon) => {
            false
        }
        (TokenKind::LeftParen | TokenKind::Dot, _) => false,
        (TokenKind::Operator, TokenKind::Operator) => true,
        (TokenKind::Operator, _) => binary,
        (_, TokenKind::LeftParen) => !is_operand(text, left),
        _ => true,
    }
}

/// Whether the token ends an operand, so that an operator after it has two sides.
fn is_operand(text: &str, token: Token) -> bool {
    match token.kind {
        TokenKind::Operator | TokenKind::Comma | TokenKind::LeftParen => false,
        TokenKind::Word => !token.is_any_word(text, &OPERATOR_WORDS),
        _ => true,
    }
}

/// Words that stand between operands, or before one.
const OPERATOR_WORDS: [&str; 31] = [
    "against", "and", "as", "between", "by", "case", "check", "distinct", "div", "else", "escape",
    "exists", "from", "in", "interval", "is", "like", "not", "on", "or", "over", "regexp", "rlike",
    "select", "then", "union", "using", "values", "when", "where", "xor",
];
