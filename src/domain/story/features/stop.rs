//! Words that say nothing of what a text tells. How common a word is says it too, but only after
//! some thousand entries; these are known from the first.

use ahash::{AHashMap, AHashSet};
use std::sync::LazyLock;

use crate::domain::text::fold::fold;
use crate::domain::text::language::small_words;

/// The stop words of one language.
pub(super) struct Stops(Option<&'static AHashSet<String>>);

impl Stops {
    /// Those of a language by its code; where nobody can tell, English ones.
    pub fn of(code: &str) -> Self {
        Self(BY_LANGUAGE.get(code).or_else(|| BY_LANGUAGE.get("en")))
    }

    /// Whether a folded word is one.
    pub fn has(&self, form: &str) -> bool {
        self.0.is_some_and(|words| words.contains(form))
    }
}

static BY_LANGUAGE: LazyLock<AHashMap<&'static str, AHashSet<String>>> = LazyLock::new(|| {
    let all = LANGUAGES.iter().map(|code| {
        let more = MORE.iter().find(|(other, _)| other == code).map_or("", |(_, words)| words);
        let words = small_words(code).chain(more.split_whitespace());
        (*code, words.map(fold).collect())
    });
    all.collect()
});

/// Languages whose small words are known.
#[rustfmt::skip]
const LANGUAGES: &[&str] = &[
    "en", "fr", "de", "es", "pt", "it", "nl", "da", "no", "sv", "fi", "et", "pl", "cs", "sk", "hu",
    "ro", "tr", "id", "vi", "ca", "ru", "uk", "be", "bg", "sr", "mk", "gl", "af", "ms", "sl", "ar",
    "fa", "ur", "hi", "mr", "ne",
];

/// More of them than tell a language: pronouns, auxiliaries, and what news texts say of any event.
#[rustfmt::skip]
const MORE: &[(&str, &str)] = &[
    ("en", "about above again against all also although am among another any because before being \
        below between both but can could did do does doing don down during each either else even \
        ever every few further had having he here hers herself him himself how i if including into \
        is it its itself just least less made make many may me might most much must my near neither never next no \
        nor now off often once one only other others our out own per put quite rather s same say \
        she should since so some still such t than then there these they this those three through \
        thus together told too toward towards two under until up upon us very via was we well \
        went what when where whether which while whom whose within without yet you your them \
        according added adding asked came come day first get go got last like new news old part \
        people report reported reportedly reports said says second see set take time today \
        told tomorrow tuesday monday wednesday thursday friday saturday sunday week year years \
        yesterday statement spokesman spokeswoman"),
    ("fr", "ai ainsi alors apres assez aussi autre autres avait avant avoir bien c car ce ceci cela \
        celle celui ceux chez comme comment deja depuis deux dit donc dont elle elles encore entre \
        etait etre eu fait faire fois font hors il ils j je jusqu jusque leur leurs lors lui m ma \
        mais me meme mes moi moins mon n ni nos notre nous on ont or ou peu peut plusieurs pourquoi \
        puis quand quel quelle quelles quels sans sauf se selon sera si sous ta te tous tout toute \
        toutes tres tu un veut vers voici voila vos votre vous y lundi mardi mercredi jeudi \
        vendredi samedi dimanche"),
    ("de", "aber alle alles als also am andere anderen ansonsten ab bereits bin bis da dabei damit \
        dann dass dazu dein denn deren dessen dies diese diesem diesen dieser dieses doch dort du \
        durch eines er es etwa etwas euch gab geht gibt habe haben hat hatte hatten hier ich ihm \
        ihn ihr ihre ihren immer ins ist ja jede jeder jedoch jetzt kann kein keine konnen konnte \
        laut man mehr mein mich mir muss mussen nach neue neuen noch nun nur ob oder ohne sagt \
        sagte sehr sein seine seinen seit selbst sie so sollen soll sondern sowie um uns unter \
        viel viele vor wahrend war waren was weil welche wenn wer werde wie wieder wir wo worden \
        wurde wurden montag dienstag mittwoch donnerstag freitag samstag sonntag"),
    ("es", "ahora algo alguno ante antes aqui asi aun aunque bajo bien cada casi cual cuando cuyo \
        de dijo donde dos durante e ella ellos era eran es esa ese eso esta estaba estan este esto \
        hacia hasta hay hace le les lo me mi mientras mucho muy ni nos nosotros o otra otro otros \
        pero poco porque pues quien sea segun ser si sido sin sino sobre solo son tambien tan \
        tanto te tiene todo todos tu u unos ya yo lunes martes miercoles jueves viernes sabado \
        domingo"),
    ("pt", "ainda antes aos ate cada como depois dois ela eles era essa esse esta este eu ha isso \
        ja la lhe mas me mesmo meu muito nem nossa num numa nunca onde ou outra outro pois porque \
        quando quem sem ser seu sua sim so tambem tem tem ter todo todos tudo voce segunda terca \
        quarta quinta sexta sabado domingo"),
    ("it", "ai agli alle altri altro anche ancora avere aveva chi ci come cosi cui da dai degli \
        dell dopo dove due ed era essere fa fino fra gia hanno ho io l loro lui ma me mi molto \
        ne negli nei nell nella nelle noi nostro o ogni ora perche piu poi prima qua quando \
        quella quello questa questo qui sara se sei senza si solo sta stata stato sua suo te tra \
        tu tutti tutto un uno vi voi lunedi martedi mercoledi giovedi venerdi sabato domenica"),
    ("nl", "al alle als andere ben bij daar dan deze dit doen door dus een eens er ge geen had haar \
        hem hebben hebt hier hij hoe hun iets ik ja je kan komt kunnen maar me men mij mijn moet \
        na niets nog nu of omdat onder ons onze ook over reeds toch toen u uw veel waren was wat \
        we wel werd wie wij zal ze zelf zich zij zo zonder zou maandag dinsdag woensdag donderdag \
        vrijdag zaterdag zondag"),
];
