using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Chooses the codec of a column by its type and metadata.</summary>
internal static class ColumnCodecs
{
    public static ColumnCodec For(in ColumnMetadata column, TableMap map)
    {
        CheckMetadata(column, map);
        return column.Type switch
        {
            ColumnType.Tiny => ColumnCodec.Fixed(column.IsUnsigned ? ColumnKind.UInt8 : ColumnKind.Int8, 1),
            ColumnType.Short => ColumnCodec.Fixed(column.IsUnsigned ? ColumnKind.UInt16 : ColumnKind.Int16, 2),
            ColumnType.Int24 => ColumnCodec.Fixed(column.IsUnsigned ? ColumnKind.UInt24 : ColumnKind.Int24, 3),
            ColumnType.Long => ColumnCodec.Fixed(column.IsUnsigned ? ColumnKind.UInt32 : ColumnKind.Int32, 4),
            ColumnType.LongLong => ColumnCodec.Fixed(column.IsUnsigned ? ColumnKind.UInt64 : ColumnKind.Int64, 8),
            ColumnType.Float => ColumnCodec.Fixed(ColumnKind.Single, 4),
            ColumnType.Double => ColumnCodec.Fixed(ColumnKind.Double, 8),
            ColumnType.NewDecimal => ColumnCodec.Decimal(column.Length, column.Scale),
            ColumnType.Year => ColumnCodec.Fixed(ColumnKind.Year, 1),
            ColumnType.Bit => ColumnCodec.Fixed(ColumnKind.Bit, (column.Length + 7) / 8),
            ColumnType.Null => ColumnCodec.Fixed(ColumnKind.Null, 0),
            ColumnType.Date or ColumnType.NewDate => ColumnCodec.Fixed(ColumnKind.Date, 3),
            ColumnType.Time or ColumnType.DateTime or ColumnType.Timestamp when column.Length > 0 => WithOldFraction(column),
            ColumnType.Time => ColumnCodec.Fixed(ColumnKind.Time, 3),
            ColumnType.DateTime => ColumnCodec.Fixed(ColumnKind.DateTime, 8),
            ColumnType.Timestamp => ColumnCodec.Fixed(ColumnKind.Timestamp, 4),
            ColumnType.Time2 => WithFraction(ColumnKind.Time2, 3, column),
            ColumnType.DateTime2 => WithFraction(ColumnKind.DateTime2, 5, column),
            ColumnType.Timestamp2 => WithFraction(ColumnKind.Timestamp2, 4, column),
            ColumnType.Enum => ColumnCodec.Labelled(column.Length == 1 ? ColumnKind.Enum1 : ColumnKind.Enum2, column.Length, column.Labels),
            ColumnType.Set => ColumnCodec.Labelled(ColumnKind.Set, column.Length, column.Labels),
            ColumnType.VarChar or ColumnType.VarString or ColumnType.String when column.Form != FixedForm.None => Formed(column),
            ColumnType.VarChar or ColumnType.VarString or ColumnType.String => Text(column, column.Length > 255 ? 2 : 1),
            ColumnType.MariaDbVarCharCompressed => Compressed(column, column.Length > 255 ? 2 : 1, map.MaxEventBytes),
            ColumnType.MariaDbBlobCompressed => Compressed(column, column.Length, map.MaxEventBytes),
            ColumnType.Blob or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob => Text(column, column.Length),
            ColumnType.Json => ColumnCodec.Sized(column.IsJsonText ? ColumnKind.JsonText : ColumnKind.Json, column.Length),
            ColumnType.Geometry => ColumnCodec.Sized(ColumnKind.Geometry, column.Length),
            ColumnType.Vector => ColumnCodec.Sized(ColumnKind.Vector, column.Length),
            _ => throw Unknown(column, map),
        };
    }

    private static ColumnCodec WithFraction(ColumnKind kind, int bytes, in ColumnMetadata column)
        => ColumnCodec.Fixed(kind, bytes + TemporalFormat.FractionLength(column.Length), column.Length);

    /// <summary>MariaDB's formats from before 10.1, which columns keep that were created then, or without
    /// <c>mysql56_temporal_format</c>. Only the table's definition says how many digits they have.</summary>
    private static ColumnCodec WithOldFraction(in ColumnMetadata column)
    {
        var (kind, bytes) = column.Type switch
        {
            ColumnType.Time => (ColumnKind.MariaDbTime, TemporalFormat.MariaDbTimeLength(column.Length)),
            ColumnType.DateTime => (ColumnKind.MariaDbDateTime, TemporalFormat.MariaDbDateTimeLength(column.Length)),
            _ => (ColumnKind.MariaDbTimestamp, 4 + TemporalFormat.FractionLength(column.Length)),
        };
        return ColumnCodec.Fixed(kind, bytes, column.Length);
    }

    private static ColumnCodec Compressed(in ColumnMetadata column, int lengthBytes, int maxLength)
        => Charset.OfCollation(column.Collation) is { IsBinary: false } charset
            ? ColumnCodec.Compressed(ColumnKind.CompressedText, lengthBytes, charset.Encoding, maxLength)
            : ColumnCodec.Compressed(ColumnKind.CompressedBinary, lengthBytes, null, maxLength);

    private static ColumnCodec Formed(in ColumnMetadata column) => ColumnCodec.Sized(
        column.Form switch
        {
            FixedForm.Uuid => ColumnKind.Uuid,
            FixedForm.Inet4 => ColumnKind.Inet4,
            FixedForm.Inet6 => ColumnKind.Inet6,
            _ => ColumnKind.Vector,
        },
        column.Length > 255 ? 2 : 1);

    private static ColumnCodec Text(in ColumnMetadata column, int lengthBytes)
    {
        // Without metadata the character set is unknown until the columns are bound: until then the bytes stay bytes.
        var charset = Charset.OfCollation(column.Collation);
        if (charset is { IsBinary: false })
        {
            return ColumnCodec.Text(lengthBytes, charset.Encoding);
        }

        var padTo = column.Type == ColumnType.String && charset is not null && column.Length <= 255 ? column.Length : 0;
        return ColumnCodec.Sized(ColumnKind.Binary, lengthBytes, padTo);
    }

    private static void CheckMetadata(in ColumnMetadata column, TableMap map)
    {
        var isValid = column.Type switch
        {
            ColumnType.NewDecimal => column.Length is >= 1 and <= DecimalFormat.MaxPrecision
                && column.Scale <= Math.Min((int)column.Length, DecimalFormat.MaxScale),
            ColumnType.Bit => column.Length is >= 1 and <= 64,
            ColumnType.Float => column.Length is 4,
            ColumnType.Double => column.Length is 8,
            ColumnType.Time2 or ColumnType.DateTime2 or ColumnType.Timestamp2
                or ColumnType.Time or ColumnType.DateTime or ColumnType.Timestamp => column.Length <= 6,
            ColumnType.Enum => column.Length is 1 or 2,
            ColumnType.Set => column.Length is >= 1 and <= 8,
            ColumnType.Blob or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.Json or ColumnType.Geometry
                or ColumnType.Vector or ColumnType.MariaDbBlobCompressed => column.Length is >= 1 and <= 4,
            _ => true,
        };
        if (!isValid)
        {
            throw new CdcProtocolException(
                $"The table map of {map.FullName} has a column of type {(int)column.Type} "
                + $"with impossible metadata {column.Length}, {column.Scale}.",
                EventType.TableMap.Name());
        }
    }

    private static CdcProtocolException Unknown(in ColumnMetadata column, TableMap map) => new(
        $"The table map of {map.FullName} has a column '{column.Name}' of type {(int)column.Type} ({column.Type}), which this "
            + "version cannot read: exclude the table, or use a newer version.", EventType.TableMap.Name());
}
