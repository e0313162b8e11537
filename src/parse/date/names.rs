//! Names of months and weekdays in the larger European languages and some others, and the words
//! that stand beside them. Folded as by [`super::plain::fold`] when they are looked up.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::plain::fold;

/// Names of each month, in no order that matters. A name that stands for different months in two
/// languages is in both lines: then the weekday has to decide.
const MONTHS: [&str; 12] = [
    "jan january januar jänner jän jaenner janvier janv januari janeiro enero ene gennaio gen \
     gener stycznia styczeń sty leden ledna led január januára januari ianuarie ian ocak oca \
     tammikuu tammikuuta tammi ιανουαρίου ιανουάριος ιαν январь января янв січень січня січ \
     януари јануар јан siječanj siječnja sij jaanuar janvāris sausio sausis janúar يناير ינואר",
    "feb february februar feber febr février févr fév fevereiro fev febrero febbraio febrer \
     februari lutego luty lut únor února úno február februára februári februarie şubat şub \
     helmikuu helmikuuta helmi φεβρουαρίου φεβρουάριος φεβ февраль февраля фев февр лютий лютого \
     лют февруари фебруар феб veljača veljače velj veebruar februāris vasario vasaris febrúar \
     فبراير פברואר",
    "mar march märz mär mrz maerz mars maart mrt março marzo marts març marca marzec březen \
     března bře marec martie mart március márc maaliskuu maaliskuuta maalis μαρτίου μάρτιος μαρ \
     марта март мар березень березня бер ožujak ožujka ožu märts kovo kovas maret مارس מרץ",
    "apr april avril avr abril abr aprile kwietnia kwiecień kwi duben dubna dub apríl apríla \
     április ápr aprilie nisan nis huhtikuu huhtikuuta huhti απριλίου απρίλιος απρ апрель апреля \
     апр квітень квітня кві квіт април travanj travnja tra aprill aprīlis balandžio balandis \
     أبريل ابريل אפריל",
    "may mai mei maj maio mayo maggio mag maig maja květen května kvě máj mája május mayıs \
     toukokuu toukokuuta touko μαΐου μάιος μαι май мая травень травня тра трав maijs gegužės \
     gegužė svibanj svibnja svi мај maí مايو מאי",
    "jun june juni juin junho junio giugno giu juny junij czerwca czerwiec cze červen června čvn \
     čer jún júna június iunie iun haziran haz kesäkuu kesäkuuta kesä ιουνίου ιούνιος ιουν июнь \
     июня июн червень червня чер черв юни јун lipanj lipnja lip juuni jūnijs birželio birželis \
     júní يونيو יוני",
    "jul july juli juillet juil julho julio luglio lug juliol julij lipca lipiec lip červenec \
     července čvc čer júl júla július iulie iul temmuz tem heinäkuu heinäkuuta heinä ιουλίου \
     ιούλιος ιουλ июль июля июл липень липня лип юли јул srpanj srpnja srp juuli jūlijs liepos \
     liepa júlí يوليو יולי",
    "aug august août aout augustus augusti agosto ago agost avgust avg sierpnia sierpień sie \
     srpen srpna srp augusta augusztus ağustos ağu elokuu elokuuta elo αυγούστου αύγουστος αυγ \
     август августа авг серпень серпня сер серп kolovoz kolovoza kol augusts rugpjūčio rugpjūtis \
     ágúst agustus agt أغسطس אוגוסט",
    "sep sept september septembre setembro set setiembre septiembre settembre września wrzesień \
     wrz září zář septembra szeptember szept septembrie eylül eyl syyskuu syyskuuta syys \
     σεπτεμβρίου σεπτέμβριος σεπ сентябрь сентября сен сент вересень вересня вер септември \
     септембар сеп rujan rujna ruj septembris rugsėjo rugsėjis سبتمبر ספטמבר",
    "oct october okt oktober octobre outubro out octubre ottobre ott października październik paź \
     říjen října říj októbra október octombrie ekim eki lokakuu lokakuuta loka οκτωβρίου \
     οκτώβριος οκτ октябрь октября окт жовтень жовтня жов жовт октомври октобар listopad \
     listopada lis oktoober oktobris spalio spalis أكتوبر אוקטובר",
    "nov november novembre novembro noviembre listopada listopad listopadu lis novembra \
     noiembrie noi kasım kasim kas marraskuu marraskuuta marras νοεμβρίου νοέμβριος νοε ноябрь \
     ноября ноя нояб листопад листопада лис ноември новембар нов studeni studenoga stu novembris \
     lapkričio lapkritis nóvember نوفمبر נובמבר",
    "dec december dez dezember décembre déc dezembro diciembre dic dicembre desembre desember \
     des grudnia grudzień gru prosinec prosince pro decembra decembrie aralık aralik ara \
     joulukuu joulukuuta joulu δεκεμβρίου δεκέμβριος δεκ декабрь декабря дек грудень грудня гру \
     груд декември децембар дец prosinac prosinca detsember decembris gruodžio gruodis disember \
     ديسمبر דצמבר",
];

/// Names of each weekday, Monday first.
const WEEKDAYS: [&str; 7] = [
    "mon monday montag mo lundi lun lunes lunedì luni segunda seg mandag mandag måndag mån man \
     maandag ma maanantai maanantaina poniedziałek pon pondělí po pondelok понедельник пн \
     понеділок пон pazartesi pzt hétfő hét δευτέρα δευ dilluns понеделник esmaspäev",
    "tue tues tuesday dienstag die di mardi mar martes martedì marți terça ter tirsdag tir \
     tisdag tis dinsdag din tiistai tiistaina ti wtorek wt úterý út utorok ut вторник вт \
     вівторок salı sal kedd τρίτη τρι dimarts teisipäev",
    "wed weds wednesday mittwoch mit mi mercredi mer miércoles mié mercoledì miercuri mie quarta \
     qua onsdag ons woensdag woe wo keskiviikko keskiviikkona ke środa śr śro středa st streda \
     среда ср середа çarşamba çar szerda sze τετάρτη τετ dimecres kolmapäev",
    "thu thur thurs thursday donnerstag don do jeudi jeu jueves jue giovedì gio joi quinta qui \
     torsdag tor tors donderdag torstai torstaina to czwartek czw čtvrtek čt štvrtok št четверг \
     чт четвер perşembe per csütörtök csüt πέμπτη πεμ dijous neljapäev",
    "fri friday freitag fre fr vendredi ven viernes vie venerdì vineri vin sexta sex fredag \
     vrijdag vri vr perjantai perjantaina pe piątek pt pią pátek pá piatok pi пятница пт \
     п'ятниця cuma cum péntek pén παρασκευή παρ divendres reede",
    "sat saturday samstag sam sonnabend sa samedi sábado sáb sabato sab sâmbătă sâm lørdag lør \
     lördag lör zaterdag zat za lauantai lauantaina la sobota sob so суббота сб субота cumartesi \
     cmt szombat szo σάββατο σαβ dissabte laupäev",
    "sun sunday sonntag son so dimanche dim domingo dom domenica duminică dum søndag søn söndag \
     sön zondag zon zo sunnuntai sunnuntaina niedziela niedz nie ndz neděle ne nedeľa \
     воскресенье вс неділя нд pazar paz vasárnap vas κυριακή κυρ diumenge pühapäev",
];

/// Words that add nothing to a date, wherever they stand.
const FILLERS: &str = "at on of the de del do da di du den der le el il um à a às as la las les \
                       alle ore kl klo kello om o v в во g г года год р року roku r rok m feira \
                       uhr uur hrs h hours óra godz dia día an em i den d day hodin";

/// What follows a number to make it an ordinal.
const ORDINALS: &[&str] = &["st", "nd", "rd", "th", "er", "ere", "e", "eme", "o", "a"];

static MONTH_MASKS: LazyLock<HashMap<String, u16>> = LazyLock::new(|| masks(&MONTHS));
static WEEKDAY_MASKS: LazyLock<HashMap<String, u16>> = LazyLock::new(|| masks(&WEEKDAYS));
static FILLER_WORDS: LazyLock<HashMap<String, u16>> = LazyLock::new(|| masks(&[FILLERS]));

/// The months a folded word can mean, bit 0 for January; 0 for none.
pub fn months(word: &str) -> u16 {
    // Hebrew writes "in" as a letter before the name.
    let found = MONTH_MASKS.get(word).or_else(|| MONTH_MASKS.get(word.strip_prefix('ב')?));
    found.copied().unwrap_or(0)
}

/// The weekdays a folded word can mean, bit 0 for Monday; 0 for none.
pub fn weekdays(word: &str) -> u8 {
    WEEKDAY_MASKS.get(word).map_or(0, |mask| mask.to_le_bytes()[0])
}

/// The month by its number in Chinese digits: `二月`.
pub fn counted(digits: &str) -> Option<u32> {
    const NUMBERS: [&str; 12] =
        ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
    let at = NUMBERS.iter().position(|number| *number == digits)?;
    u32::try_from(at).ok()
}

pub fn is_filler(word: &str) -> bool {
    FILLER_WORDS.contains_key(word)
}

pub fn is_ordinal(word: &str) -> bool {
    ORDINALS.contains(&word)
}

fn masks(lines: &[&str]) -> HashMap<String, u16> {
    let mut masks = HashMap::new();
    for (bit, line) in lines.iter().enumerate() {
        for name in line.split_whitespace() {
            *masks.entry(fold(name)).or_default() |= 1 << bit;
        }
    }
    masks
}
