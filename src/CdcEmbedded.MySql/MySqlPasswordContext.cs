namespace CdcEmbedded.MySql;

/// <summary>Which login a <see cref="MySqlSourceOptions.PasswordProvider"/> is asked for. Immutable.</summary>
/// <param name="Server">The host name, IP address or socket path, as the connection string has it.</param>
/// <param name="Port">The TCP port; 0 for a Unix domain socket.</param>
/// <param name="UserId">The user.</param>
/// <param name="Database">The initial database; empty where the connection string names none.</param>
public sealed record MySqlPasswordContext(string Server, int Port, string UserId, string Database);
