using System.Text.Json;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Positions;

/// <summary>The end of the transaction that changed a schema: by its GTID, where it has one, it is known on every server; else by file and
/// position on its own.</summary>
/// <param name="Gtid">The transaction's GTID; default for none.</param>
/// <param name="File">The binlog file.</param>
/// <param name="Position">Where it ends in the file.</param>
internal readonly record struct SchemaPlace(TransactionGtid Gtid, string File, long Position)
{
    /// <summary>Whether an offset of the same server, or of one of its group, stands behind it.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="isSameServer">Whether file and position may be compared.</param>
    public bool IsBefore(OffsetDocument offset, bool isSameServer)
    {
        if (Gtid.MySql is { } mySql && offset.GtidSet is { } set)
        {
            return set.Contains(mySql);
        }

        return Gtid.MariaDb is { } mariaDb && offset.GtidPosition is { } position
            ? position.Contains(mariaDb)
            : isSameServer && offset.File is { } file && LogCursor.Compare(File, Position, file, offset.Position) <= 0;
    }

    public void Write(Utf8JsonWriter writer)
    {
        if (Gtid.HasValue)
        {
            writer.WriteString("gtid"u8, Gtid.ToString());
        }

        writer.WriteString("file"u8, File);
        writer.WriteNumber("pos"u8, Position);
    }

    public static SchemaPlace Read(JsonElement element) => new(
        element.TryGetProperty("gtid", out var gtid) ? TransactionGtid.Parse(gtid.GetString() ?? "") : default,
        element.GetProperty("file").GetString() ?? "",
        element.GetProperty("pos").GetInt64());
}
