using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>A command that the double received, as a client's CommandStarted event shows it.</summary>
/// <param name="Name">The command's name as sent.</param>
/// <param name="Database">The database.</param>
/// <param name="Command">The whole command; sequences of documents as arrays.</param>
/// <param name="Node">The index of the node.</param>
/// <param name="ConnectionId">The connection, as hello reports it.</param>
/// <param name="Legacy">True if it came as OP_QUERY.</param>
/// <param name="Compressor">The compressor that it came with, null for none.</param>
public sealed record ReceivedCommand(
    string Name, string Database, Doc Command, int Node, long ConnectionId, bool Legacy, string? Compressor)
{
    /// <summary>True if it came compressed.</summary>
    public bool Compressed => Compressor is not null;

    /// <summary>True if it is a hello in one of its spellings.</summary>
    public bool IsHello => Name is "hello" or "isMaster" or "ismaster";
}
