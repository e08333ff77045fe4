using System.Text.Json;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Positions;

/// <summary>Reads where other readers of a binlog stopped.</summary>
internal static class OtherReaders
{
    /// <summary>Reads an offset of Debezium's MySQL or MariaDB connector: the GTIDs processed whole, or the begin of the open
    /// transaction (its <c>BinlogOffsetContext</c>).</summary>
    public static BinlogPosition ReadDebezium(string json)
    {
        var offset = DebeziumOffset.Read(json);
        return Position("Debezium's offset", DebeziumOffset.Text(offset, "gtids"), DebeziumOffset.Text(offset, "file"),
            DebeziumOffset.Number(offset, "pos") ?? 0);
    }

    /// <summary>Reads the cursor of one of Canal's clients (its <c>FileMixedMetaManager</c> and <c>LogPosition</c>, whose field is spelled
    /// <c>postion</c>).</summary>
    public static BinlogPosition ReadCanal(string json, int clientId)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var cursor = root.TryGetProperty("clientDatas"u8, out var clients) ? FindCursor(clients, clientId) : root;
            var position = cursor.TryGetProperty("postion"u8, out var place) ? place : cursor;
            return Position("Canal's cursor", null, position.GetProperty("journalName"u8).GetString(), position.GetProperty("position"u8)
                .GetInt64());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new OffsetFormatException("Not the meta data of Canal, which has clientDatas, cursor, postion, journalName and "
                + $"position: {e.Message}", e);
        }
    }

    /// <summary>Makes a position of the parts that a reader stores.</summary>
    /// <param name="what">The text or row, for messages.</param>
    /// <param name="gtids">The GTIDs of MySQL or MariaDB that were processed whole; null or empty without GTIDs.</param>
    /// <param name="file">The binlog file.</param>
    /// <param name="position">The begin of an event in it.</param>
    public static BinlogPosition Position(string what, string? gtids, string? file, long position)
    {
        if (!string.IsNullOrWhiteSpace(gtids))
        {
            return new BinlogPosition { Executed = ReadGtids(what, gtids) };
        }

        return !string.IsNullOrWhiteSpace(file) && !file.AsSpan().ContainsAny('/', '\\') && position >= BinlogCoordinates.FirstPosition
            ? BinlogPosition.At(file, position)
            : throw new OffsetFormatException($"{what} names neither GTIDs nor a binlog file and a position of at least 4, but file "
            + $"'{file}' and position {position}.");
    }

    private static ExecutedGtids ReadGtids(string what, string text)
    {
        if (GtidSet.TryParse(text, out var set))
        {
            return new ExecutedGtids(set);
        }

        try
        {
            return new ExecutedGtids(MariaDbGtidPosition.Parse(text));
        }
        catch (FormatException e)
        {
            throw new OffsetFormatException($"{what} holds neither a GTID set of MySQL nor a GTID position of MariaDB: '{text}'.", e);
        }
    }

    private static JsonElement FindCursor(JsonElement clients, int clientId)
    {
        foreach (var client in clients.EnumerateArray())
        {
            if (client.GetProperty("clientIdentity"u8).GetProperty("clientId"u8).GetInt32() == clientId
                && client.TryGetProperty("cursor"u8, out var cursor) && cursor.ValueKind == JsonValueKind.Object)
            {
                return cursor;
            }
        }

        throw new OffsetFormatException($"Canal's meta data has no cursor of client {clientId}.");
    }
}
