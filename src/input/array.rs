//! Arrays as files store them, and the exact rationals their bit patterns denote.

use super::error::{Refusal, quote};
use crate::kernel::dataset::MAX_SAMPLES;
use crate::kernel::number::dyadic_from_bits;
use num_bigint::BigInt;
use num_rational::BigRational;

/// Most numbers of one array (60,000 images of 28 x 28 pixels are 47 million); as rationals they take about 100 bytes each.
pub const MAX_NUMBERS: usize = 1 << 26;

/// How the bytes of one entry are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An IEEE binary format, or bfloat16.
    Float { exponent_bits: u32, mantissa_bits: u32 },
    /// A two's complement integer.
    Signed,
    /// An integer without sign.
    Unsigned,
    /// A byte that is 0 or 1.
    Bool,
}

/// The type of an array's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) kind: Kind,
    /// Bytes of one entry: 1, 2, 4 or 8.
    pub(super) size: usize,
    pub(super) big_endian: bool,
}

/// What an array's header says: a shape of checked size, and how its entries are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    name: String,
    dtype: String,
    element: Element,
    shape: Vec<usize>,
    column_major: bool,
}

/// An array of checked size whose entries are not yet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Array {
    layout: Layout,
    bytes: Vec<u8>,
}

impl Element {
    /// IEEE half precision, little endian unless changed.
    pub(super) const F16: Self = Self::float(5, 10);
    /// The upper half of single precision.
    pub(super) const BF16: Self = Self::float(8, 7);
    /// IEEE single precision.
    pub(super) const F32: Self = Self::float(8, 23);
    /// IEEE double precision.
    pub(super) const F64: Self = Self::float(11, 52);

    const fn float(exponent_bits: u32, mantissa_bits: u32) -> Self {
        let size = ((1 + exponent_bits + mantissa_bits) / 8) as usize;
        Self { kind: Kind::Float { exponent_bits, mantissa_bits }, size, big_endian: false }
    }

    /// The bits of one entry, in the lowest places.
    pub(super) fn bits(self, bytes: &[u8]) -> u64 {
        let push = |word: u64, byte: &u8| (word << 8) | u64::from(*byte);
        if self.big_endian { bytes.iter().fold(0, push) } else { bytes.iter().rev().fold(0, push) }
    }

    /// The integer of these bits in two's complement.
    pub(super) fn signed(self, bits: u64) -> i64 {
        let unused = 64 - 8 * self.size.clamp(1, 8);
        ((bits << unused) as i64) >> unused
    }

    /// The rational that the bytes of one entry denote, or what they hold instead.
    fn decode(self, bytes: &[u8]) -> Result<BigRational, &'static str> {
        let bits = self.bits(bytes);
        match self.kind {
            Kind::Float { exponent_bits, mantissa_bits } => {
                let nan = bits & ((1 << mantissa_bits) - 1) != 0;
                let found = if nan { "nan" } else { "an infinity" };
                dyadic_from_bits(bits, exponent_bits, mantissa_bits).ok_or(found)
            }
            Kind::Signed => Ok(BigRational::from_integer(BigInt::from(self.signed(bits)))),
            Kind::Unsigned => Ok(BigRational::from_integer(BigInt::from(bits))),
            Kind::Bool if bits > 1 => Err("a bool byte that is neither 0 nor 1"),
            Kind::Bool => Ok(BigRational::from_integer(BigInt::from(bits))),
        }
    }
}

impl Layout {
    /// The layout of `found` bytes of entries, in rows unless `column_major`; refused unless the shape takes exactly so many.
    pub(super) fn new(
        name: &str,
        dtype: &str,
        element: Element,
        shape: Vec<usize>,
        column_major: bool,
        found: usize,
    ) -> Result<Self, Refusal> {
        let layout = Self { name: name.to_string(), dtype: dtype.to_string(), element, shape, column_major };
        // Zero factors last: an overflowing product is refused whatever its order.
        let sizes = layout.shape.iter().filter(|n| **n != 0);
        let count = sizes.copied().try_fold(1usize, usize::checked_mul).filter(|n| *n <= MAX_NUMBERS);
        let Some(count) = count else {
            let reason = format!("shape {} has more than the limit of {MAX_NUMBERS} numbers", layout.shape_text());
            return Err(layout.refuse(reason));
        };
        let expected = if layout.is_empty() { 0 } else { count * element.size };
        if found != expected {
            let shape = layout.shape_text();
            let reason = format!("expected {expected} bytes for shape {shape} of {dtype}, found {found}");
            return Err(layout.refuse(reason).hint("the file is truncated or damaged; write it again"));
        }
        Ok(layout)
    }

    /// Rows and columns of an array of one or two dimensions; one of a single dimension is a column.
    pub(super) fn table(&self) -> Result<(usize, usize), Refusal> {
        let size = match *self.shape.as_slice() {
            [rows] => (rows, 1),
            [rows, columns] => (rows, columns),
            _ => return Err(self.refuse(format!("expected 1 or 2 dimensions, found shape {}", self.shape_text()))),
        };
        self.require_rows().map(|()| size)
    }

    /// Rows and columns of an array of two dimensions.
    fn matrix(&self) -> Result<(usize, usize), Refusal> {
        let &[rows, columns] = self.shape.as_slice() else {
            return Err(self.refuse(format!("expected 2 dimensions, found shape {}", self.shape_text())));
        };
        self.require_rows().map(|()| (rows, columns))
    }

    /// The length of an array of one dimension.
    pub(super) fn vector(&self) -> Result<usize, Refusal> {
        let &[len] = self.shape.as_slice() else {
            return Err(self.refuse(format!("expected 1 dimension, found shape {}", self.shape_text())));
        };
        self.require_rows().map(|()| len)
    }

    /// Whether columns are stored one after the other.
    pub(super) fn is_column_major(&self) -> bool {
        self.column_major && self.shape.len() > 1
    }

    /// How an entry is stored.
    pub(super) fn element(&self) -> Element {
        self.element
    }

    /// A refusal of this array as a whole.
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal::at(quote(&self.name), reason)
    }

    /// A refusal of the entry that is stored at a place.
    pub(super) fn refuse_entry(&self, index: usize, reason: impl Into<String>) -> Refusal {
        let place = match *self.shape.as_slice() {
            [rows, _] if self.column_major => format!("row {}, column {}", index % rows.max(1), index / rows.max(1)),
            [_, columns] => format!("row {}, column {}", index / columns.max(1), index % columns.max(1)),
            _ => format!("row {index}"),
        };
        Refusal::at(format!("{} {place}", quote(&self.name)), reason)
    }

    /// The shape as Python shows it.
    fn shape_text(&self) -> String {
        format!("{:?}", self.shape)
    }

    fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// Refuses an empty array, whose other lengths may be astronomical, and more rows than any problem has.
    fn require_rows(&self) -> Result<(), Refusal> {
        if self.is_empty() {
            return Err(self.refuse(format!("the array is empty, its shape is {}", self.shape_text())));
        }
        match self.shape.first() {
            Some(rows) if *rows > MAX_SAMPLES => {
                Err(self.refuse(format!("{rows} rows are more than the limit of {MAX_SAMPLES}")))
            }
            _ => Ok(()),
        }
    }
}

impl Array {
    /// An array of `shape`, in rows unless `column_major`; refused unless `bytes` is exactly as long as that takes.
    pub(super) fn new(
        name: &str,
        dtype: &str,
        element: Element,
        shape: Vec<usize>,
        column_major: bool,
        bytes: Vec<u8>,
    ) -> Result<Self, Refusal> {
        Layout::new(name, dtype, element, shape, column_major, bytes.len()).map(|layout| Self { layout, bytes })
    }

    /// The array's name in its file.
    pub(super) fn name(&self) -> &str {
        &self.layout.name
    }

    /// The lengths along each axis; empty for a scalar.
    pub(super) fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    /// The shape as Python shows it.
    pub(super) fn shape_text(&self) -> String {
        self.layout.shape_text()
    }

    /// Whether entries are floats.
    pub(super) fn is_float(&self) -> bool {
        matches!(self.layout.element.kind, Kind::Float { .. })
    }

    /// The entries' type as the file spells it.
    pub(super) fn dtype(&self) -> &str {
        &self.layout.dtype
    }

    /// A refusal of this array as a whole.
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        self.layout.refuse(reason)
    }

    /// The rows of an array of one or two dimensions; one of a single dimension is a column.
    pub(super) fn table(&self) -> Result<Vec<Vec<BigRational>>, Refusal> {
        self.layout.table().and_then(|(rows, columns)| self.rows(rows, columns))
    }

    /// The rows of a 2-dimensional array.
    pub(super) fn matrix(&self) -> Result<Vec<Vec<BigRational>>, Refusal> {
        self.layout.matrix().and_then(|(rows, columns)| self.rows(rows, columns))
    }

    /// The entries of a 1-dimensional array.
    pub(super) fn vector(&self) -> Result<Vec<BigRational>, Refusal> {
        self.layout.vector().and_then(|len| (0..len).map(|row| self.entry(row)).collect())
    }

    fn rows(&self, rows: usize, columns: usize) -> Result<Vec<Vec<BigRational>>, Refusal> {
        let (row_step, column_step) = if self.layout.is_column_major() { (1, rows) } else { (columns, 1) };
        let entry = |row: usize, column: usize| self.entry(row * row_step + column * column_step);
        (0..rows).map(|row| (0..columns).map(|column| entry(row, column)).collect()).collect()
    }

    fn entry(&self, index: usize) -> Result<BigRational, Refusal> {
        let size = self.layout.element.size;
        let bytes = self.bytes.get(index * size..(index + 1) * size).unwrap_or_default();
        let refuse = |found| self.layout.refuse_entry(index, format!("expected a finite number, found {found}"));
        self.layout.element.decode(bytes).map_err(refuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i128) -> BigRational {
        BigRational::from_integer(value.into())
    }

    #[test]
    fn bits_are_read_as_they_stand() {
        let element = |kind, size, big_endian| Element { kind, size, big_endian };
        let half = || Ok(BigRational::new(1.into(), 2.into()));
        assert_eq!(Element::F64.decode(&0.5f64.to_le_bytes()), half());
        assert_eq!(Element { big_endian: true, ..Element::F32 }.decode(&0.5f32.to_be_bytes()), half());
        assert_eq!(Element::F16.decode(&[0x00, 0x38]), half());
        assert_eq!(Element::BF16.decode(&[0x00, 0x3f]), half());
        assert_eq!(Element::F32.decode(&f32::NAN.to_le_bytes()), Err("nan"));
        assert_eq!(Element::F64.decode(&f64::NEG_INFINITY.to_le_bytes()), Err("an infinity"));
        assert_eq!(element(Kind::Signed, 1, false).decode(&[0x80]), Ok(int(-128)));
        assert_eq!(element(Kind::Signed, 2, true).decode(&[0xff, 0xfe]), Ok(int(-2)));
        assert_eq!(element(Kind::Signed, 8, false).decode(&i64::MIN.to_le_bytes()), Ok(int(i64::MIN.into())));
        assert_eq!(element(Kind::Unsigned, 8, false).decode(&[0xff; 8]), Ok(int(u64::MAX.into())));
        assert_eq!(element(Kind::Bool, 1, false).decode(&[1]), Ok(int(1)));
        assert_eq!(element(Kind::Bool, 1, false).decode(&[2]), Err("a bool byte that is neither 0 nor 1"));
    }

    #[test]
    fn both_storage_orders_give_the_same_rows() {
        let bytes = |values: &[i8]| values.iter().map(|v| *v as u8).collect::<Vec<_>>();
        let byte = Element { kind: Kind::Signed, size: 1, big_endian: false };
        let rows = Array::new("x", "|i1", byte, vec![2, 3], false, bytes(&[1, 2, 3, 4, 5, 6]));
        let columns = Array::new("x", "|i1", byte, vec![2, 3], true, bytes(&[1, 4, 2, 5, 3, 6]));
        let expected = vec![vec![int(1), int(2), int(3)], vec![int(4), int(5), int(6)]];
        assert_eq!(rows.and_then(|a| a.matrix()), Ok(expected.clone()));
        assert_eq!(columns.and_then(|a| a.matrix()), Ok(expected));
    }

    #[test]
    fn sizes_are_checked_before_anything_is_read() {
        let reason = |shape: Vec<usize>, bytes: usize| {
            let array = Array::new("x", "<f8", Element::F64, shape, false, vec![0; bytes]);
            array.and_then(|a| a.matrix()).map_err(|r| r.in_file("f".as_ref()).reason).err()
        };
        let limit = |shape: &str| Some(format!("shape {shape} has more than the limit of 67108864 numbers"));
        assert_eq!(reason(vec![1 << 63, 4], 0), limit("[9223372036854775808, 4]"));
        assert_eq!(reason(vec![0, 1 << 63, 4], 0), limit("[0, 9223372036854775808, 4]"));
        assert_eq!(reason(vec![1 << 26, 2], 0), limit("[67108864, 2]"));
        assert_eq!(reason(vec![2, 2], 31), Some("expected 32 bytes for shape [2, 2] of <f8, found 31".into()));
        assert_eq!(reason(vec![1 << 26, 0], 0), Some("the array is empty, its shape is [67108864, 0]".into()));
        let byte = Element { kind: Kind::Bool, size: 1, big_endian: false };
        let long = Array::new("x", "|b1", byte, vec![MAX_SAMPLES + 1], false, vec![0; MAX_SAMPLES + 1]);
        let long = long.and_then(|a| a.vector()).map_err(|r| r.in_file("f".as_ref()).reason);
        assert_eq!(long, Err("16777217 rows are more than the limit of 16777216".into()));
        assert_eq!(reason(vec![2], 16), Some("expected 2 dimensions, found shape [2]".into()));
    }
}
