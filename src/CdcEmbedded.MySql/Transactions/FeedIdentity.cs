namespace CdcEmbedded.MySql.Transactions;

/// <summary>What all positions and events of one feed share.</summary>
/// <param name="Name">The engine's name.</param>
/// <param name="ServerUuid">The server's <c>@@server_uuid</c>; null for files and servers without one.</param>
internal sealed record FeedIdentity(string Name, string? ServerUuid);
