namespace CdcEmbedded.MySql.Server;

/// <summary>One key of a connection string and what a source does with it.</summary>
/// <param name="Name">The name under which MySqlConnector lists it.</param>
/// <param name="Use">What becomes of it.</param>
/// <param name="Reason">Why it is not honoured; empty where it is.</param>
/// <param name="Accepted">The values that are accepted although the key is refused.</param>
internal sealed record ConnectionKey(string Name, ConnectionKeyUse Use, string Reason = "", params string[] Accepted);
