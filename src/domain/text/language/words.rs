//! Small words that every sentence of a language has: a second opinion on short texts.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

use super::UNDETERMINED;

/// Small words that decide where no other language has half as many.
const ENOUGH: usize = 3;

/// As many decide where no other language has any.
const ENOUGH_ALONE: usize = 2;

/// As many decide against any statistics, where no other language has a third as many. Of running
/// text two words in five are small ones.
const ENOUGH_FOR_ALL: usize = 8;

/// How many small words of each language a text has.
pub(super) struct Count {
    /// Most first.
    each: Vec<(&'static str, usize)>,
}

/// Counts the small words of `text`.
pub(super) fn count(text: &str) -> Count {
    let lower = text.to_lowercase();
    let is_inside = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut each: Vec<(&'static str, usize)> = WORDS.iter().map(|(code, _)| (*code, 0)).collect();
    for word in lower.split(|c: char| !is_inside(c)) {
        for language in BY_WORD.get(word).into_iter().flatten() {
            each[*language].1 += 1;
        }
    }
    each.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Count { each }
}

impl Count {
    /// The language that the small words leave no doubt of.
    pub fn certain(&self) -> Option<&'static str> {
        let [(code, most), (_, next), ..] = self.each[..] else {
            return None;
        };
        let is_enough = most >= ENOUGH && most > next * 2 || most >= ENOUGH_ALONE && next == 0;
        is_enough.then_some(code)
    }

    /// The language of which there are so many that nothing else need be asked.
    pub fn decided(&self) -> Option<&'static str> {
        let [(code, most), (_, next), ..] = self.each[..] else {
            return None;
        };
        (most >= ENOUGH_FOR_ALL && most > next * 3).then_some(code)
    }

    /// Whether this language has small words here, and none has more.
    pub fn favours(&self, code: &str) -> bool {
        let own = self.of(code).unwrap_or(0);
        own > 0 && own == self.most()
    }

    /// Whether some other language has more small words here than this one, whose are known, and
    /// enough of them to matter.
    pub fn speaks_against(&self, code: &str) -> bool {
        self.of(code).is_some_and(|own| own < self.most() && self.most() >= ENOUGH_ALONE)
    }

    fn most(&self) -> usize {
        self.each.first().map_or(0, |(_, most)| *most)
    }

    fn of(&self, code: &str) -> Option<usize> {
        self.each.iter().find(|(known, _)| *known == code).map(|(_, count)| *count)
    }
}

/// The small words of a language; none where they are not known.
pub(super) fn of(code: &str) -> impl Iterator<Item = &'static str> {
    let known = WORDS.iter().find(|(other, _)| *other == code && code != UNDETERMINED);
    known.map_or("", |(_, words)| words).split_whitespace()
}

/// The languages (indexes of [`WORDS`]) that have each word.
static BY_WORD: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (language, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split(' ') {
            by_word.entry(word).or_default().push(language);
        }
    }
    by_word
});

/// The commonest small words of languages that share their script with others.
#[rustfmt::skip]
const WORDS: &[(&str, &str)] = &[
    ("en", "the of and a an to for with that by from is are was were has have will would its it's after over as at on in his her their says said say not be been new more than who what how why"),
    ("fr", "le la les des du de et à au aux en un une est sont pour par sur dans qui que ne pas plus avec ce cette ces son sa ses après contre selon été d l qu s'est"),
    ("de", "der die das den dem des und ist sind im in zu zum zur mit für auf von vom ein eine einen einem nicht nach bei aus auch wird werden will sich über gegen wegen an als"),
    ("es", "el la los las de del y en un una por para con que se su sus es al más no tras contra sobre como entre desde ha han fue"),
    ("pt", "o a os as de do da dos das e em no na nos nas um uma por para com que se não ao à é mais após sobre entre são foi diz pelo pela"),
    ("it", "il lo la gli le di del della dei delle dal dalla e è in nel nella un una per con che non si al alla da sono più dopo contro sul sulla anche ha hanno i"),
    ("nl", "de het een en van in op te dat is voor met zijn aan niet door uit bij naar om meer wordt worden wil kabinet na over tegen ook tot heeft wil"),
    ("da", "og i at det er en til på som med for de af den ikke har et fra efter om vil bliver flere mod skal nye under ved blev hos siger regeringen danske danmark"),
    ("no", "og i at det er en til på som med for de av den ikke har et fra etter om vil blir mer mot skal nye under ved ble hos sier regjeringen norske norge mener"),
    ("sv", "och i att det är en till på som med för de av den inte har ett från efter om vill blir mer mot ska nya under vid blev hos"),
    ("fi", "ja on ei se että oli hän mutta ovat kun myös tai joka sekä ensi mukaan jo vain kuin hallitus vuonna suomen suomi"),
    ("et", "ja on ei et oli ta aga kui ka või ning see mis kes pärast ole valitsus riigikogu eesti aasta kuid"),
    ("pl", "i w na z do się że nie jest to o po za od dla przez oraz są ze jak ma przed będzie"),
    ("cs", "a v na se že je s z do o k i po za od pro ve jsou už před jako bude který podle"),
    ("sk", "a v na sa že je s z do o k aj po za od pre vo sú už pred ako bude ktorý podľa"),
    ("hu", "a az és hogy nem is egy volt meg már de el csak még után szerint lesz ki"),
    ("ro", "și în de la cu pe a al ale un o din nu este sunt pentru că care mai după să au fost va"),
    ("tr", "ve bir bu da de için ile olarak çok daha en ne gibi kadar sonra olan oldu değil"),
    ("id", "yang dan di ke dari untuk dengan pada ini itu tidak akan dalam oleh adalah juga setelah"),
    ("vi", "và của là có cho các một trong không được với người này đã từ về sẽ"),
    ("ca", "el la els les de del i en un una per amb que es al a no més dels és són ha"),
    ("ru", "и в на с не что по за от для из о об к у до при как это его после был будет со над против"),
    ("uk", "і й в у на з не що по за від для із про до при як це його після був буде зі та проти"),
    ("be", "і й у ў на з не што па за ад для пра да пры як гэта яго пасля быў будзе або ды супраць"),
    ("bg", "и в на с не че по за от до се са е при как това след ще със над да беше срещу"),
    ("sr", "и у на с не да по за од до се су је при како то после ће са над ће"),
    ("mk", "и во на со не што по за од до се е при како тоа ќе над дека против но има му ја го ги беше"),
    ("gl", "o a os as de do da dos das e en no na nos nas un unha por para con que se non ao á é máis tras sobre entre son foi di polo pola xunta goberno"),
    ("af", "die van en in op te dat is vir met sy aan nie deur uit by na om meer word oor ook tot het was sal sê se hul"),
    ("ms", "yang dan di ke dari untuk dengan pada ini itu tidak akan dalam oleh adalah juga selepas bagi kata boleh telah tiada kerajaan"),
    ("sl", "in v na se da je z s do o po za od pri ki so kot bo bi ni pa tudi že več proti med ali bodo"),
    // Croatian, Bosnian and Serbian in Latin letters: one set of small words, so that they only
    // tell that it is no other language.
    (UNDETERMINED, "i u na s ne da za od do se su je"),
    ("ar", "في من على إلى أن عن مع التي الذي هذا هذه بعد قبل بين لا ما كان قال حول ضد"),
    ("fa", "در به از که را این است با برای آن و بر تا هم شد می کرد خود پس"),
    ("ur", "کی کے میں ہے سے نے کا کو پر اور یہ کہ ہیں بھی اس"),
    ("hi", "के में की है को से का और ने पर यह कि हैं भी इस एक नहीं लिए"),
    ("mr", "आहे आणि च्या ला या मध्ये हे की आहेत नाही एक"),
    ("ne", "मा र छ ले लाई हो यो छन् पनि गरेको भएको"),
];
