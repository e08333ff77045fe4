using CdcEmbedded.MongoDb.Topology;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>What a command borrows: a connection, and a session where the server has them.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Session">The session; null where the server has none.</param>
internal sealed record CommandLease(MongoConnection Connection, ServerSession? Session);
