using System.Globalization;
using System.Text.Json;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Positions;

/// <summary>The JSON of a position: a MySQL offset's <c>position</c>.</summary>
/// <remarks>
/// <code>{"gtid":set,"gtid_pos":position,"file":name,"pos":n,"tx":{"gtid":id,"ddl":n,"rows":n,"check":hex},
///  "xa":[{"xid":id,"gtid":id,"before":position,"file":name,"pos":n}],"xa_rolled_back":[...],"xa_delivered":base64,
///  "xa_uncaptured":base64}</code>
/// <c>gtid</c> is MySQL's set of transactions processed whole and <c>gtid_pos</c> MariaDB's position, both absent without GTIDs. <c>tx</c>
/// is present only inside a transaction: <c>rows</c> counts its delivered changes, <c>check</c> is their <see cref="DeliveryCheck"/>,
/// <c>ddl</c> counts its delivered schema changes. The others are the <see cref="XaHistory"/>: <c>xa</c> lists the
/// prepared XA transactions without an outcome. Version 1 of an offset has these properties in the same object as
/// <c>"v":1,"source":"mysql","server":uuid</c>.
/// </remarks>
internal static class PositionJson
{
    public const string Connector = "mysql";

    /// <summary>Writes the properties of an offset's position.</summary>
    public static void WriteTo(Utf8JsonWriter writer, BinlogPosition position)
    {
        WriteIfKnown(writer, "gtid", position.GtidSet?.ToString());
        WriteIfKnown(writer, "gtid_pos", position.GtidPosition?.ToString());
        if (position.Coordinates is { } coordinates)
        {
            Write(writer, coordinates);
        }

        if (position.Progress is { } progress)
        {
            writer.WriteStartObject("tx"u8);
            WriteGtid(writer, progress.Gtid);
            if (progress.SchemaChanges > 0)
            {
                writer.WriteNumber("ddl"u8, progress.SchemaChanges);
            }

            writer.WriteNumber("rows"u8, progress.Rows);
            writer.WriteString("check"u8, progress.Check.ToString("x16", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        WriteAll(writer, "xa", position.Xa.Pending);
        WriteAll(writer, "xa_rolled_back", position.Xa.RolledBack);
        Write(writer, "xa_delivered", position.Xa.Delivered);
        Write(writer, "xa_uncaptured", position.Xa.Uncaptured);
    }

    /// <summary>Reads an offset.</summary>
    /// <exception cref="OffsetFormatException">It is not an offset of MySQL, or its contents are damaged.</exception>
    public static BinlogPosition Read(CdcOffset offset)
    {
        var content = OffsetContent.Read(offset, Connector);
        try
        {
            return Read(content.Position, content.Version == 1 ? Text(content.Position, "server") : content.SourceId);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException
            or KeyNotFoundException or ArgumentException)
        {
            throw new OffsetFormatException($"The MySQL offset {offset} is damaged: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Writes a transaction's mark into the current object.</summary>
    public static void Write(Utf8JsonWriter writer, in TransactionMark mark)
    {
        WriteGtid(writer, mark.Gtid);
        Write(writer, mark.End);
    }

    /// <summary>Reads a transaction's mark out of an object.</summary>
    public static TransactionMark ReadMark(JsonElement element) => new(ReadGtid(element), ReadCoordinates(element));

    private static BinlogPosition Read(JsonElement root, string? server)
    {
        var gtids = Text(root, "gtid") is { } set ? new ExecutedGtids(GtidSet.Parse(set))
            : Text(root, "gtid_pos") is { } position ? new ExecutedGtids(MariaDbGtidPosition.Parse(position))
            : default;
        BinlogCoordinates? coordinates = Text(root, "file") is { } file
            ? new BinlogCoordinates(file, root.TryGetProperty("pos", out var at) ? at.GetInt64() : BinlogCoordinates.FirstPosition) : null;
        if ((!gtids.HasValue && coordinates is null) || coordinates is { Position: < BinlogCoordinates.FirstPosition })
        {
            throw new FormatException("it names neither GTIDs nor a binlog file and a position of at least 4.");
        }

        return new BinlogPosition
        {
            Server = server,
            Executed = gtids,
            Coordinates = coordinates,
            Progress = root.TryGetProperty("tx", out var tx) ? ReadProgress(tx, coordinates) : null,
            Xa = new XaHistory
            {
                Pending = ReadAll(root, "xa"),
                RolledBack = ReadAll(root, "xa_rolled_back"),
                Delivered = ReadXids(root, "xa_delivered"),
                Uncaptured = ReadXids(root, "xa_uncaptured"),
            },
        };
    }

    private static TransactionProgress ReadProgress(JsonElement tx, BinlogCoordinates? coordinates)
    {
        var check = ulong.Parse(tx.GetProperty("check").GetString() ?? "", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var progress = new TransactionProgress(ReadGtid(tx), tx.GetProperty("rows").GetInt64(), tx.TryGetProperty("ddl", out var ddl)
            ? ddl.GetInt32() : 0, check);
        return progress is { Rows: < 0 } or { SchemaChanges: < 0 } or { Rows: 0, SchemaChanges: 0 }
            || (!progress.Gtid.HasValue && coordinates is null)
            ? throw new FormatException("it is inside a transaction that it does not name, or before that transaction's first change.")
            : progress;
    }

    private static XidList ReadXids(JsonElement root, string name) => Text(root, name) is { } text ? XidList.Parse(text) : XidList.None;

    private static PendingXa[] ReadAll(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var list))
        {
            return [];
        }

        var result = new PendingXa[list.GetArrayLength()];
        var count = 0;
        foreach (var xa in list.EnumerateArray())
        {
            var before = Text(xa, "before") is { } text ? MariaDbGtidPosition.Parse(text) : null;
            result[count++] = new PendingXa(xa.GetProperty("xid").GetString() ?? "", ReadGtid(xa), before, ReadCoordinates(xa));
        }

        return result;
    }

    private static TransactionGtid ReadGtid(JsonElement element)
        => Text(element, "gtid") is { } gtid ? TransactionGtid.Parse(gtid) : default;

    private static BinlogCoordinates ReadCoordinates(JsonElement element)
        => new(element.GetProperty("file").GetString() ?? "", element.GetProperty("pos").GetInt64());

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static void Write(Utf8JsonWriter writer, string name, XidList xids)
        => WriteIfKnown(writer, name, xids.IsEmpty ? null : xids.ToString());

    private static void WriteAll(Utf8JsonWriter writer, string name, PendingXa[] all)
    {
        if (all.Length == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var xa in all)
        {
            writer.WriteStartObject();
            writer.WriteString("xid"u8, xa.Xid);
            WriteGtid(writer, xa.Gtid);
            WriteIfKnown(writer, "before", xa.Before?.ToString());
            Write(writer, xa.Begin);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteGtid(Utf8JsonWriter writer, TransactionGtid gtid)
        => WriteIfKnown(writer, "gtid", gtid.HasValue ? gtid.ToString() : null);

    private static void Write(Utf8JsonWriter writer, BinlogCoordinates coordinates)
    {
        writer.WriteString("file"u8, coordinates.File);
        writer.WriteNumber("pos"u8, coordinates.Position);
    }

    private static void WriteIfKnown(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
