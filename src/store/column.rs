//! How domain values stand in columns: wrappers that bind and read them. A value that cannot be
//! read back is an error of its row, never a guess.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::RowIndex;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::ids::Digest;

/// A time as milliseconds since 1970; what is finer is cut off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ms(pub Timestamp);

impl ToSql for Ms {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Integer(self.0.as_millisecond())))
    }
}

impl FromSql for Ms {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let at = Timestamp::from_millisecond(value.as_i64()?);
        at.map(Self).map_err(FromSqlError::other)
    }
}

/// A digest as a blob of 16 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash(pub Digest);

impl ToSql for Hash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0.0)))
    }
}

impl FromSql for Hash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = <[u8; 16]>::try_from(value.as_blob()?).map_err(FromSqlError::other)?;
        Ok(Self(Digest(bytes)))
    }
}

/// A key as the text that it is.
#[derive(Debug, Clone)]
pub(super) struct Text<T>(pub T);

impl<T: Display> ToSql for Text<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Text(self.0.to_string())))
    }
}

impl<T: FromStr<Err: std::error::Error + Send + Sync + 'static>> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let key = value.as_str()?.parse().map_err(FromSqlError::other)?;
        Ok(Self(key))
    }
}

/// A list or structure as compact JSON.
#[derive(Debug, Clone)]
pub(super) struct Json<T>(pub T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(&self.0)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(ToSqlOutput::Owned(Value::Text(text)))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let read = serde_json::from_str(value.as_str()?).map_err(FromSqlError::other)?;
        Ok(Self(read))
    }
}

/// A code that only some enum knows, where it is none of them.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no known code")]
struct UnknownCode(String);

/// Reads a code through an enum's own `from_code`.
pub(super) fn code<T>(
    row: &rusqlite::Row<'_>,
    column: usize,
    from_code: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    from_code(&text).ok_or_else(|| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(column, kind, UnknownCode(text).into())
    })
}

/// A time that may be absent.
pub(super) fn ms(at: Option<Timestamp>) -> Option<Ms> {
    at.map(Ms)
}

/// Reads a time that may be absent.
pub(super) fn opt_time(
    row: &rusqlite::Row<'_>,
    column: impl RowIndex,
) -> rusqlite::Result<Option<Timestamp>> {
    let at: Option<Ms> = row.get(column)?;
    Ok(at.map(|Ms(at)| at))
}

/// Reads a time.
pub(super) fn time(row: &rusqlite::Row<'_>, column: impl RowIndex) -> rusqlite::Result<Timestamp> {
    row.get(column).map(|Ms(at)| at)
}

/// Reads a key.
pub(super) fn key<T>(row: &rusqlite::Row<'_>, column: impl RowIndex) -> rusqlite::Result<T>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    row.get(column).map(|Text(key)| key)
}

/// A count as SQLite's signed integer.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count read back: never negative.
pub(super) fn uint(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
