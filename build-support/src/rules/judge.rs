use super::check::{Known, Lenience, known, unknown_name};
use super::{Context, Group, RULES, Reporter, Rule, ScriptContext};
use crate::diagnostic::{Diagnostic, Level};
use crate::discover::{CONFIG_FILE, Check as FileCheck, Config, Deployment};
use crate::syntax::Waiver;

/// What the rules say of a script.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What is shown.
    pub diagnostics: Vec<Diagnostic>,
    /// What waivers silence.
    pub waived: Vec<Waived>,
}

/// A finding that a waiver silences.
#[derive(Clone, Debug)]
pub struct Waived {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The waiver's reason.
    pub reason: String,
}

/// Runs every rule over a script, and applies levels and waivers to what they find and to what other stages `found` in it.
pub fn judge(script: &ScriptContext<'_>, waivers: &[Waiver], found: Vec<Diagnostic>) -> Verdict {
    let mut uses = Uses::of(waivers);
    let mut verdict = Verdict::default();
    let mut open = Vec::new();
    for mut finding in found {
        if is_refusal(&finding) {
            if uses.silence(&finding, script).is_some() {
                finding
                    .notes
                    .push("a waiver does not help: the statement fails".to_owned());
            }
            verdict.diagnostics.push(finding);
        } else {
            open.push(leveled(finding, script.config));
        }
    }
    let complete = !verdict.diagnostics.iter().any(Diagnostic::is_error);
    for rule in RULES.iter().copied() {
        let level = level(Known::Rule(rule), script.config);
        // A silent rule still runs where a waiver might be meant for it.
        if applies(rule, script) && (level > Level::Allow || !waivers.is_empty()) {
            run(rule, level, script, &mut open);
        }
    }
    for diagnostic in open {
        if let Some(reason) = uses.silence(&diagnostic, script) {
            if diagnostic.level > Level::Allow {
                verdict.waived.push(Waived { diagnostic, reason });
            }
        } else if diagnostic.level > Level::Allow {
            verdict.diagnostics.push(diagnostic);
        }
    }
    verdict
        .diagnostics
        .extend(uses.complaints(script, complete));
    verdict
        .diagnostics
        .sort_by_key(|found| found.place.as_ref().and_then(|place| place.span));
    verdict
}

/// Whether another stage's finding is nobody's to allow: the statement cannot run, or cannot even be read.
fn is_refusal(found: &Diagnostic) -> bool {
    match known(&found.code) {
        Some(Known::Check(check)) => check.lenience == Lenience::None,
        _ => true,
    }
}

/// The level of a rule, check or group in that configuration: its own entry wins over its group's, which wins over the default.
pub fn level(of: Known, config: &Config) -> Level {
    let group = of.group();
    configured(of, config).unwrap_or_else(|| match of {
        Known::Rule(_) | Known::Group(_) if silent(group, config) => Level::Allow,
        Known::Rule(rule) => rule.level(),
        Known::Check(check) => check.level,
        // These come with a level of their own.
        Known::File(_) => Level::Deny,
        Known::Group(group) => group.level(),
    })
}

/// Names in `[levels]` that mean nothing, and levels of checks that have none to choose. `further` are the checks of later stages.
pub fn unknown_levels(config: &Config, further: &[FileCheck]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for name in config.levels.keys() {
        if further.iter().any(|check| check.code == name) {
            continue;
        }
        let span = config.level_spans.get(name).copied();
        let finding = match known(name) {
            None => unknown_rule(name).at(CONFIG_FILE, span, "unknown name"),
            Some(Known::Check(check)) if check.lenience == Lenience::None => Diagnostic::error(
                "bad-config",
                format!("the level of `{name}` cannot be changed"),
            )
            .at(CONFIG_FILE, span, "always an error")
            .help("remove the line"),
            Some(_) => continue,
        };
        found.push(finding);
    }
    found
}

fn applies(rule: &dyn Rule, script: &ScriptContext<'_>) -> bool {
    rule.dialects().contains(&script.dialect) && (!script.down || rule.goes_down())
}

fn run(rule: &dyn Rule, level: Level, script: &ScriptContext<'_>, found: &mut Vec<Diagnostic>) {
    let mut report = Reporter {
        file: script.file,
        rule: rule.name(),
        level,
        found,
    };
    let rebuilds = script.rebuilds();
    for (index, step) in script.steps.iter().enumerate() {
        let context = Context {
            script,
            step,
            index,
            rebuilds: &rebuilds,
        };
        rule.check(&step.change, &context, &mut report);
    }
    rule.check_script(script, &mut report);
}

fn configured(of: Known, config: &Config) -> Option<Level> {
    let name = match of {
        Known::Rule(rule) => rule.name(),
        Known::Check(check) if check.lenience == Lenience::None => return None,
        // The stage that makes the finding has looked at its level already.
        Known::File(_) => return None,
        Known::Check(check) => check.name,
        Known::Group(group) => group.name(),
    };
    let levels = &config.levels;
    let level = levels.get(name).or_else(|| levels.get(of.group().name()));
    level.copied()
}

/// Whether nobody runs while the migration does, so that the group has nothing to say.
fn silent(group: Group, config: &Config) -> bool {
    config.deployment == Deployment::Single && matches!(group, Group::Breaking | Group::Blocking)
}

/// Another stage's finding with the configured level, where there is one.
fn leveled(mut finding: Diagnostic, config: &Config) -> Diagnostic {
    if let Some(level) = known(&finding.code).and_then(|known| configured(known, config)) {
        finding.level = level;
    }
    finding
}

fn unknown_rule(name: &str) -> Diagnostic {
    let finding = Diagnostic::error(
        "unknown-rule",
        format!("there is no rule, check or group `{name}`"),
    );
    match unknown_name(name) {
        Some(near) => finding.help(format!("a similar name exists: `{near}`")),
        None => finding,
    }
}

/// Which names of which waivers have silenced something.
struct Uses<'a> {
    waivers: &'a [Waiver],
    used: Vec<Vec<bool>>,
}

impl<'a> Uses<'a> {
    fn of(waivers: &'a [Waiver]) -> Self {
        let used = waivers.iter().map(|waiver| vec![false; waiver.rules.len()]);
        Self {
            waivers,
            used: used.collect(),
        }
    }

    /// The reason of a waiver that covers the finding. Every name that covers it counts as used.
    fn silence(&mut self, finding: &Diagnostic, script: &ScriptContext<'_>) -> Option<String> {
        let known = known(&finding.code).filter(|known| known.lenience() == Lenience::Waiver)?;
        let mut reason = None;
        for (waiver, used) in self.waivers.iter().zip(&mut self.used) {
            if !covers(waiver, finding, script) {
                continue;
            }
            for ((name, _), used) in waiver.rules.iter().zip(used) {
                if *name == finding.code || name == known.group().name() {
                    *used = true;
                    reason.get_or_insert_with(|| waiver.reason.clone());
                }
            }
        }
        reason
    }

    /// What is wrong with the waivers themselves. Where the script did not run to its end, unused ones are not told.
    fn complaints(&self, script: &ScriptContext<'_>, complete: bool) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (waiver, used) in self.waivers.iter().zip(&self.used) {
            if waiver.reason.trim().is_empty() {
                let finding =
                    Diagnostic::error("waiver-without-reason", "a waiver without a reason")
                        .at(script.file, waiver.span, "why is this right here?")
                        .help("say why: `-- migratory: allow(...) reason=\"...\"`");
                found.push(finding);
            }
            for ((name, span), used) in waiver.rules.iter().zip(used) {
                let finding = match known(name).map(Known::lenience) {
                    None => unknown_rule(name).at(script.file, *span, "unknown name"),
                    Some(Lenience::Waiver) if *used || !complete => continue,
                    Some(Lenience::Waiver) => Diagnostic::new(
                        Level::Warn,
                        "unused-waiver",
                        format!("`allow({name})` silences nothing"),
                    )
                    .at(script.file, *span, "nothing found here")
                    .help(reach(waiver)),
                    Some(_) => Diagnostic::error(
                        "not-waivable",
                        format!("`{name}` cannot be allowed"),
                    )
                    .at(script.file, *span, "always reported"),
                };
                found.push(finding);
            }
        }
        let config = script.config;
        found
            .into_iter()
            .map(|finding| leveled(finding, config))
            .filter(|finding| finding.level > Level::Allow)
            .collect()
    }
}

fn reach(waiver: &Waiver) -> &'static str {
    match waiver.statement {
        Some(_) => "remove it; a waiver covers the statement right after it",
        None => "remove it",
    }
}

fn covers(waiver: &Waiver, finding: &Diagnostic, script: &ScriptContext<'_>) -> bool {
    let Some(statement) = waiver.statement else {
        return true;
    };
    let span = finding.place.as_ref().and_then(|place| place.span);
    let statement = script.statements.get(statement);
    match (span, statement) {
        (Some(span), Some(statement)) => {
            statement.span.start <= span.start && span.start < statement.span.end
        }
        _ => false,
    }
}
