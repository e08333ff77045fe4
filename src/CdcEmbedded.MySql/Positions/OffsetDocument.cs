using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Positions;

/// <summary>The contents of a MySQL offset: where to restart, always at a transaction's begin, and how many of its changes are done.</summary>
/// <remarks>
/// <c>{"v":1,"source":"mysql","server":uuid,"gtid":set,"gtid_pos":position,"file":name,"pos":n,"tx":{"gtid":id,"ddl":n,"rows":n,"check":hex},
/// "xa":[{"xid":id,"gtid":id,"before":position,"file":name,"pos":n}]}</c>.
/// <c>gtid</c> is MySQL's set of transactions processed whole and <c>gtid_pos</c> MariaDB's position, both absent without GTIDs; <c>tx</c> is
/// there only inside a transaction: <c>rows</c> counts its delivered changes, <c>check</c> tells whether a second reading delivers the same ones,
/// <c>ddl</c> counts its delivered schema changes; <c>xa</c> lists the prepared XA transactions that await their outcome.
/// </remarks>
internal sealed class OffsetDocument
{
    public string? Server { get; init; }

    public GtidSet? GtidSet { get; init; }

    /// <summary>MariaDB's GTID position; null for MySQL and without GTIDs.</summary>
    public MariaDbGtidPosition? GtidPosition { get; init; }

    public string? File { get; init; }

    public long Position { get; init; }

    /// <summary>The changes of the transaction at the restart point that are done; 0 outside one.</summary>
    public long Rows { get; init; }

    /// <summary>The schema changes of the transaction at the restart point that are done.</summary>
    public int SchemaChanges { get; init; }

    /// <summary>The prepared XA transactions that await their outcome, in the order of the log.</summary>
    public PendingXa[] Pending { get; init; } = [];

    /// <summary>Whether it stands inside a transaction.</summary>
    public bool IsInTransaction => Rows > 0 || SchemaChanges > 0;

    /// <summary>See <see cref="DeliveryCheck"/>.</summary>
    public ulong Check { get; init; }

    /// <summary>The transaction that <see cref="Rows"/> counts in; null without GTIDs, where it begins at <see cref="Position"/>.</summary>
    public string? TransactionGtid { get; init; }

    public CdcOffset ToOffset()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, 1);
            writer.WriteString("source"u8, MySqlSource.ConnectorName);
            WriteIfKnown(writer, "server", Server);
            WriteIfKnown(writer, "gtid", GtidSet?.ToString());
            WriteIfKnown(writer, "gtid_pos", GtidPosition?.ToString());
            WriteIfKnown(writer, "file", File);
            if (File is not null)
            {
                writer.WriteNumber("pos"u8, Position);
            }

            if (IsInTransaction)
            {
                WriteTransaction(writer);
            }

            WritePending(writer);

            writer.WriteEndObject();
        }

        return CdcOffset.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <exception cref="OffsetFormatException">It is not an offset of MySQL, or its contents are damaged.</exception>
    public static OffsetDocument Read(CdcOffset offset)
    {
        if (offset.Connector != MySqlSource.ConnectorName)
        {
            throw new OffsetFormatException($"The offset belongs to a source of kind '{offset.Connector}', not to MySQL: {offset}. "
                + "Give this engine a name of its own.");
        }

        try
        {
            using var document = JsonDocument.Parse(offset.ToString());
            var root = document.RootElement;
            var gtid = Text(root, "gtid");
            var inTransaction = root.TryGetProperty("tx", out var tx);
            var transactionGtid = inTransaction ? Text(tx, "gtid") : null;
            var gtidPosition = Text(root, "gtid_pos");
            var result = new OffsetDocument
            {
                Server = Text(root, "server"),
                GtidSet = gtid is null ? null : GtidSet.Parse(gtid),
                GtidPosition = gtidPosition is null ? null : MariaDbGtidPosition.Parse(gtidPosition),
                File = Text(root, "file"),
                Position = root.TryGetProperty("pos", out var position) ? position.GetInt64() : 4,
                Rows = inTransaction ? tx.GetProperty("rows").GetInt64() : 0,
                Check = inTransaction ? ulong.Parse(tx.GetProperty("check").GetString() ?? "", NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture) : 0,
                SchemaChanges = inTransaction && tx.TryGetProperty("ddl", out var ddl) ? ddl.GetInt32() : 0,
                TransactionGtid = transactionGtid is null ? null : Gtids.TransactionGtid.Parse(transactionGtid).ToString(),
                Pending = ReadPending(root),
            };
            if (result is { GtidSet: null, GtidPosition: null, File: null } || result.Position < 4)
            {
                throw new OffsetFormatException($"The MySQL offset {offset} names neither a GTID set nor a valid file and position.");
            }

            return inTransaction && (!result.IsInTransaction || result.Rows < 0 || result.SchemaChanges < 0
                || result is { TransactionGtid: null, File: null })
                ? throw new OffsetFormatException($"The MySQL offset {offset} stands in a transaction that it does not name, or before its first change.")
                : result;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException
            or KeyNotFoundException or ArgumentException)
        {
            throw new OffsetFormatException($"The MySQL offset {offset} is damaged: {e.Message}", e);
        }
    }

    private void WriteTransaction(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("tx"u8);
        WriteIfKnown(writer, "gtid", TransactionGtid);
        if (SchemaChanges > 0)
        {
            writer.WriteNumber("ddl"u8, SchemaChanges);
        }

        writer.WriteNumber("rows"u8, Rows);
        writer.WriteString("check"u8, Check.ToString("x16", CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }

    private void WritePending(Utf8JsonWriter writer)
    {
        if (Pending.Length == 0)
        {
            return;
        }

        writer.WriteStartArray("xa"u8);
        foreach (var xa in Pending)
        {
            writer.WriteStartObject();
            writer.WriteString("xid"u8, xa.Xid);
            WriteIfKnown(writer, "gtid", xa.Gtid);
            WriteIfKnown(writer, "before", xa.Before);
            writer.WriteString("file"u8, xa.File);
            writer.WriteNumber("pos"u8, xa.Position);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static PendingXa[] ReadPending(JsonElement root)
    {
        if (!root.TryGetProperty("xa", out var list))
        {
            return [];
        }

        var result = new List<PendingXa>(list.GetArrayLength());
        foreach (var xa in list.EnumerateArray())
        {
            result.Add(new PendingXa(xa.GetProperty("xid").GetString() ?? "", Text(xa, "gtid"), Text(xa, "before"), xa.GetProperty("file").GetString() ?? "",
                xa.GetProperty("pos").GetInt64()));
        }

        return [.. result];
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static void WriteIfKnown(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
