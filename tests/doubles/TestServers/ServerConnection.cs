namespace CdcEmbedded.TestServers;

/// <summary>One connection of a server, a row of <c>SHOW FULL PROCESSLIST</c>.</summary>
/// <remarks><c>information_schema.processlist</c> of MySQL holds statements in utf8mb3, so reading it fails with error 3854 while any
/// connection runs a statement with a character above U+FFFF.</remarks>
public sealed record ServerConnection(string Id, string? User, string? Database, string? Command, string? State, string? Statement)
{
    internal static async Task<IReadOnlyList<ServerConnection>> ReadAsync(Func<string, Task<IReadOnlyList<string?[]>>> query) =>
        [.. (await query("SHOW FULL PROCESSLIST")).Select(row => new ServerConnection(row[0]!, row[1], row[3], row[4], row[6], row[7]))];
}
