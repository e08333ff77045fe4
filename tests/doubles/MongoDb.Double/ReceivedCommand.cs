using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>A command that the double received, as a client's commandStarted event would tell it.</summary>
/// <param name="Name">The command's name as sent.</param>
/// <param name="Database">The database.</param>
/// <param name="Command">The whole command; sequences of documents as arrays.</param>
/// <param name="Node">The index of the node.</param>
/// <param name="ConnectionId">The connection, as hello tells it.</param>
/// <param name="Legacy">Whether it came as OP_QUERY.</param>
/// <param name="Compressed">Whether it came compressed.</param>
public sealed record ReceivedCommand(string Name, string Database, Doc Command, int Node, long ConnectionId, bool Legacy, bool Compressed)
{
    /// <summary>Whether it is a hello in one of its spellings.</summary>
    public bool IsHello => Name is "hello" or "isMaster" or "ismaster";
}
