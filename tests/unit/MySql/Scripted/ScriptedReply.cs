using System.Text;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>The answer to a query: OK, an error, or rows.</summary>
public sealed class ScriptedReply
{
    private ScriptedReply()
    {
    }

    /// <summary>The identity of a scripted server that says nothing else of itself.</summary>
    public const string ServerUuid = "11111111-2222-3333-4444-555555555555";

    public int ErrorCode { get; private init; }

    /// <summary>The type of all columns in their definitions; VAR_STRING unless a test wants the values to contradict it.</summary>
    public byte ColumnType { get; private init; } = 0xFD;

    /// <summary>The character set of all columns: utf8mb4, but for BLOB, which has none.</summary>
    public byte Charset => (byte)(ColumnType == 0xFC ? 63 : 45);

    /// <summary>The flags of all columns: BINARY for BLOB.</summary>
    public byte Flags => (byte)(ColumnType == 0xFC ? 0x80 : 0);

    public string Message { get; private init; } = "";

    public string[] Columns { get; private init; } = [];

    public byte[]?[][] Values { get; private init; } = [];

    /// <summary>No rows.</summary>
    public static ScriptedReply Ok { get; } = new();

    public static ScriptedReply Error(int code, string message) => new() { ErrorCode = code, Message = message };

    public static ScriptedReply Rows(string[] columns, params string?[][] rows) => Binary(
        columns, Array.ConvertAll(rows, row => Array.ConvertAll(row, value => value is null ? null : Encoding.UTF8.GetBytes(value))));

    public static ScriptedReply Binary(string[] columns, params byte[]?[][] rows) => new() { Columns = columns, Values = rows };

    /// <summary>The same answer with another type in its column definitions.</summary>
    public ScriptedReply WithColumnType(byte type) => new() { ErrorCode = ErrorCode, Message = Message, Columns = Columns,
        Values = Values, ColumnType = type };

    /// <summary>What a server without anything special answers to the set-up of a replication session.</summary>
    public static ScriptedReply Default(string sql) =>
        sql.StartsWith("SET ", StringComparison.OrdinalIgnoreCase) ? Ok
        : sql == "SELECT @@GLOBAL.server_uuid" ? Rows(["@@GLOBAL.server_uuid"], [ServerUuid])
        : sql == "SELECT @@GLOBAL.server_id, @@GLOBAL.hostname, @@GLOBAL.port" ? Rows(["i", "h", "p"], ["1", "scripted", "3306"])
        : sql == "SELECT @master_binlog_checksum" ? Rows(["@master_binlog_checksum"], ["CRC32"])
        : Error(1064, $"The script has no answer to: {sql}");
}
