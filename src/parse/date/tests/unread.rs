//! What is not certain, and hence no date.

use super::check;

const UNREAD: &[&str] = &[
    "",
    " ",
    "yesterday",
    "3 hours ago",
    "now",
    "null",
    "undefined",
    "Invalid Date",
    "NaN-NaN-NaNTNaN:NaN:NaNZ",
    "-",
    // Day or month first?
    "03/06/2024",
    "06/03/2024 10:15 PM",
    "06.03.2024 10:00",
    "03-06-2024 10:00:00",
    "03-12-31",
    "30.10.23",
    "03.06.24",
    "Sun, 03/06/2024",
    // Two months in two languages, and no weekday to decide
    "4 listopada 2024",
    "3 lip 2024",
    // Too little
    "1703",
    "-0313",
    "-031",
    "2024-",
    "2024367",
    "24155",
    "12",
    "06-03",
    "3 Jun",
    "3 Jun 10:00",
    "10:15",
    "10:15 GMT",
    "Mon",
    "2024-W23",
    "2024-06 10:15",
    "031231",
    "2024060310",
    // No such day, time or offset
    "Mon, 32 Jun 2024 08:15:00 GMT",
    "Sun, 31 Jun 2024 08:15:00 GMT",
    "2024-13-01T00:00:00Z",
    "2023-02-29",
    "0000-00-00 00:00:00",
    "2024-00-03",
    "2023-366",
    "2024-W54-1",
    "25:00 3 Jun 2024",
    "2024-06-03T25:14:55Z",
    "2024-06-03T10:61:55Z",
    "2024-06-03T10:14:61Z",
    "2024-06-03T24:01:00Z",
    "3 Jun 2024 13:15 AM GMT",
    "2024-06-03T08:15:00-13:00",
    "2024-06-03T08:15:00+15:00",
    "2024-06-03T08:15:00-99:99",
    "Sun, 31 Dec 9999 23:59:59 -9999",
    "Mon, 03 Jun 2024 08:15:00 +02:75",
    // Zones nobody can know
    "Mon, 03 Jun 2024 08:15:00 IST",
    "Mon, 03 Jun 2024 08:15:00 AST",
    "Mon Jun 03 16:15:00 CST 2024",
    "Mon, 03 Jun 2024 08:15:00 XYZ",
    "Mon, 03 Jun 2024 08:15:00 EST+0500",
    "Mon, 03 Jun 2024 08:15:00 Mars/Olympus_Mons",
    "2024-06-03T10:15:00 02:00",
    "Mon, 03 Jun 2024 08:15:00 +zz:00",
    "Mon, 03 Jun 2024 08:15:00 +00:zz",
    "2024-06-03-05:00",
    // More than a date
    "2024-06-03T08:15:00:25",
    "Mon, 03 Jun 2024 08:15:00 25",
    "3 Jun 2024 10 -12",
    "Mon, 03 Jun 2024 08:15:00 GMT extra",
    "2024-06-03T08:15:00Z 2024-06-04T08:15:00Z",
    "3 Jun 2024 to 5 Jun 2024",
    "3-5 June 2024",
    "Before 3 June 2024",
    "Mon, 03 Jun 2024 1:2:3:4 GMT",
    "2013-01-27-01",
    "2013-01-28T11:30:00-06:00Textra",
    "22013",
    "013",
    "Version 2024.6.3",
    "192.168.2024.6",
    "Sun, 16 zzz 2012 11:47:32 GMT",
    "Sun, 16 Dec zz 11:47:32 GMT",
    // Beyond the last day there is
    "9999-12-31T23:59:59Z",
    // Other calendars
    "۱۴۰۳/۰۳/۱۴",
    "Mon, 03 Jun 2567 08:15:00 +0700",
    "1403-03-14 08:15",
];

#[test]
fn what_could_mean_two_things_is_no_date() {
    for text in UNREAD {
        check(text, "none");
    }
}
