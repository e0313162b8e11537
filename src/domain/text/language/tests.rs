//! Headlines of the world, and what is better left undetermined.

use super::{UNDETERMINED, canonical, of, primary};
use crate::domain::document::Document;

fn told(title: &str, body: &str) -> String {
    let document =
        Document { title: title.to_owned(), body: body.to_owned(), ..Document::default() };
    let language = of(&document);
    assert!(language.detected);
    language.code.into_owned()
}

/// Headlines: most must be told, none may be told wrong.
#[test]
fn headlines_are_told_or_left_undetermined_but_never_told_wrong() {
    let headlines = [
        ("en", "NATO allies agree to raise defence spending"),
        ("en", "Fed raises interest rates by a quarter point"),
        ("en", "Oil prices slide as OPEC boosts output"),
        ("en", "Danish royals visit London"),
        ("en", "What to know about the vote in Spain"),
        ("fr", "L'OTAN renforce sa présence à l'est de l'Europe"),
        ("fr", "La banque centrale relève ses taux d'intérêt"),
        ("fr", "Grève des transports à Paris"),
        ("de", "Bundestag beschließt neues Verteidigungsbudget"),
        ("de", "Die Regierung plant höhere Ausgaben für die Bundeswehr"),
        ("de", "Streik legt Bahnverkehr lahm"),
        ("es", "El Gobierno aprueba el presupuesto de defensa"),
        ("es", "La OTAN refuerza su flanco oriental"),
        ("pt", "Governo aprova novo orçamento de defesa"),
        ("pt", "A OTAN reforça o flanco oriental"),
        ("it", "Il governo approva il bilancio della difesa"),
        ("it", "La NATO rafforza il fianco orientale"),
        ("nl", "Kabinet trekt meer geld uit voor defensie"),
        ("nl", "De regering wil de rente verlagen"),
        ("da", "Regeringen vil bruge flere penge på forsvaret af Danmark"),
        ("no", "Regjeringen vil bruke mer penger på forsvaret av Norge"),
        ("sv", "Regeringen vill satsa mer pengar på försvaret"),
        ("fi", "Hallitus lisää puolustusmenoja ensi vuonna"),
        ("pl", "Rząd zwiększa wydatki na obronność"),
        ("cs", "Vláda schválila vyšší výdaje na obranu"),
        ("tr", "Hükümet savunma bütçesini artırıyor"),
        ("ru", "НАТО усиливает восточный фланг"),
        ("ru", "Правительство одобрило бюджет на оборону"),
        ("uk", "НАТО посилює східний фланг"),
        ("bg", "Правителството одобри бюджета за отбрана"),
        ("ar", "الحكومة توافق على ميزانية الدفاع"),
        ("fa", "دولت بودجه دفاعی را تصویب کرد"),
        ("hi", "सरकार ने रक्षा बजट को मंजूरी दी"),
        ("hu", "A kormány elfogadta a védelmi költségvetést"),
        ("ro", "Guvernul aprobă bugetul pentru apărare"),
        ("vi", "Chính phủ phê duyệt ngân sách quốc phòng"),
    ];
    let mut unsure = Vec::new();
    for (language, headline) in headlines {
        let found = told(headline, "");
        assert!(found == language || found == UNDETERMINED, "{headline}: {found}");
        if found != language {
            unsure.push(headline);
        }
    }
    assert!(unsure.len() * 3 <= headlines.len(), "{unsure:#?}");
}

#[test]
fn scripts_of_one_language_decide_alone() {
    for (language, headline) in [
        ("ko", "정부, 국방 예산 승인"),
        ("ko", "삼성전자 Galaxy S27 Ultra 공개"),
        ("ja", "政府が防衛予算を承認"),
        ("ja", "NATOサミット開幕"),
        ("zh", "政府批准国防预算"),
        ("zh", "美国 NATO 大使访问北京"),
        ("th", "รัฐบาลอนุมัติงบประมาณกลาโหม"),
        ("el", "Η κυβέρνηση εγκρίνει τον αμυντικό προϋπολογισμό"),
        ("he", "הממשלה אישרה את תקציב הביטחון"),
        ("ka", "მთავრობამ დაამტკიცა"),
    ] {
        assert_eq!(told(headline, ""), language, "{headline}");
    }
}

#[test]
fn chinese_characters_are_told_by_the_company_they_keep() {
    for (language, headline) in [
        ("ja", "東京都知事選、小池氏が当選確実"),
        ("ja", "自民党総裁選、石破氏を選出"),
        ("ja", "日経平均株価、史上最高値の更新"),
        ("und", "米大統領選、共和党候補指名確定"),
        ("und", "日銀総裁会見"),
        ("und", "國學院大學、箱根駅伝優勝"),
        ("zh", "中国经济增长放缓"),
        ("zh", "欧盟对华加征关税"),
        ("zh", "美國總統宣布新關稅"),
        ("zh", "台灣經濟成長超出預期"),
        ("ko", "北, 美에 核 위협"),
        ("ko", "與野, 예산안 합의"),
        ("ko", "尹 대통령, 美 국무장관과 회담"),
    ] {
        assert_eq!(told(headline, ""), language, "{headline}");
    }
}

#[test]
fn a_language_is_not_taken_for_its_neighbour() {
    let mut wrong = Vec::new();
    for (language, headline) in [
        ("hr", "Vlada: Cijene su pale u lipnju i u srpnju"),
        ("hr", "Vlada je donijela odluku o novim mjerama za građane i za škole"),
        ("hr", "Cijene su pale u lipnju i u srpnju"),
        ("hr", "Ministri su u Zagrebu"),
        ("hr", "Tko je u vladi, a tko nije"),
        ("bs", "Sastanak je u Tuzli"),
        ("et", "Valitsus ei ole ja ei tule"),
        ("et", "Ta on Tallinnas ja ei tule"),
        ("be", "Улады за выбары і за рэформы ў Мінску"),
        ("be", "Прэзідэнт і ўрад не за вайну"),
        ("be", "Дзеці і школа: не для ўсіх"),
        ("bs", "Cijene su porasle u Sarajevu i u Tuzli"),
        ("et", "Valitsus ja riigikogu ei leppinud kokku"),
        ("et", "Eesti valitsus on valmis, aga otsus ei ole lõplik"),
        ("be", "Урад і парламент не змаглі дамовіцца"),
        ("be", "У Мінску пасля сустрэчы заявілі, што будзе новы закон"),
        ("mk", "Владата го одобри буџетот за одбрана"),
        ("mk", "Избори во Скопје: гласањето почна со доцнење"),
        ("mk", "Мицкоски: Нема да има промени на уставот"),
        ("gl", "O Goberno aproba o orzamento de defensa"),
        ("gl", "A folga do transporte chega á fin tras unha semana"),
        ("gl", "Feijóo nega que haxa unha crise no partido"),
        ("af", "Kabinet keur nuwe begroting vir verdediging goed"),
        ("af", "Staking by Eskom: krag is weer af in Kaapstad"),
        ("af", "Polisie soek na man oor moord in Pretoria"),
        ("ms", "Kerajaan meluluskan belanjawan pertahanan"),
        ("ms", "Banjir di Kelantan: mangsa di pusat pemindahan meningkat"),
        ("ms", "Anwar tegaskan tiada campur tangan dalam siasatan"),
        ("sl", "Vlada je potrdila proračun za obrambo"),
        ("sl", "Stavka na železnici: vlaki ne vozijo"),
        ("sl", "V Ljubljani so odprli novo bolnišnico"),
    ] {
        let found = told(headline, "");
        if found != language && found != UNDETERMINED {
            wrong.push((headline, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (language, text) in [
        ("mk", "Претседателот рече дека ќе има избори во мај и дека законот ќе се менува"),
        // Too much of it is Portuguese as well.
        ("und", "O presidente da Xunta di que non haberá máis cortes na sanidade"),
        ("af", "Die regering sê dit sal nie die belasting vir boere verhoog nie"),
        ("ms", "Perdana Menteri kata kerajaan boleh umum bantuan bagi rakyat selepas mesyuarat"),
        ("sl", "Predsednik pravi, da bodo volitve tudi v maju in da ni več časa"),
    ] {
        assert_eq!(told(text, ""), language, "{text}");
    }
    assert_eq!(told("Eesti valitsus on valmis, aga otsus ei ole lõplik", ""), "et");
}

#[test]
fn names_numbers_and_mixtures_are_undetermined() {
    for text in [
        "",
        "NATO",
        "Ukraine",
        "12.3 45%",
        "Apple iPhone 17 Pro Max",
        "BAHIA COCOA REVIEW",
        "Arsenal - Barcelona 2:1",
        "The minister said it was the end of it. Le ministre a dit que la France ne paierait pas",
    ] {
        assert_eq!(told(text, ""), UNDETERMINED, "{text}");
    }
}

#[test]
fn a_body_tells_what_a_title_leaves_open() {
    let body = "The finance ministry said on Tuesday that it would raise the tax on fuel.";
    assert_eq!(told("Ukraine", body), "en");
    assert_eq!(told("Korea: 삼성", body), "en");
}

#[test]
fn the_feeds_word_counts_before_the_text() {
    let tagged = |tag: &str| {
        let document = Document {
            title: "The cat sat on the mat with the hat".to_owned(),
            language: Some(tag.to_owned()),
            ..Document::default()
        };
        of(&document)
    };
    for (tag, code) in [
        ("de-AT", "de"),
        ("nb-NO", "no"),
        ("nn", "no"),
        ("no", "no"),
        ("zh-Hans-CN", "zh"),
        ("en_US", "en"),
        ("eng", "en"),
        ("iw", "he"),
        ("PT-br", "pt"),
    ] {
        assert_eq!(tagged(tag).code, code, "{tag}");
        assert!(!tagged(tag).detected, "{tag}");
    }
    for tag in ["und", "mul", "english", "x", ""] {
        assert_eq!((&*tagged(tag).code, tagged(tag).detected), ("en", true), "{tag}");
    }
    assert_eq!(primary("und"), None);
    assert_eq!(canonical(" UND "), "und");
    assert_eq!(canonical("nb"), "no");
}
