using System.Text;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>The answer to a query: OK, an error, or rows.</summary>
public sealed class ScriptedReply
{
    private ScriptedReply()
    {
    }

    public int ErrorCode { get; private init; }

    public string Message { get; private init; } = "";

    public string[] Columns { get; private init; } = [];

    public byte[]?[][] Values { get; private init; } = [];

    /// <summary>No rows.</summary>
    public static ScriptedReply Ok { get; } = new();

    public static ScriptedReply Error(int code, string message) => new() { ErrorCode = code, Message = message };

    public static ScriptedReply Rows(string[] columns, params string?[][] rows) => Binary(
        columns, Array.ConvertAll(rows, row => Array.ConvertAll(row, value => value is null ? null : Encoding.UTF8.GetBytes(value))));

    public static ScriptedReply Binary(string[] columns, params byte[]?[][] rows) => new() { Columns = columns, Values = rows };

    /// <summary>What a server without anything special answers to the set-up of a replication session.</summary>
    public static ScriptedReply Default(string sql) =>
        sql.StartsWith("SET ", StringComparison.OrdinalIgnoreCase) ? Ok
        : sql == "SELECT @master_binlog_checksum" ? Rows(["@master_binlog_checksum"], ["CRC32"])
        : Error(1064, $"The script has no answer to: {sql}");
}
