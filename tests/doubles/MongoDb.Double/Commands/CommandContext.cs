using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>One command on its way through the double.</summary>
/// <param name="Deployment">The double.</param>
/// <param name="Node">The node that received it.</param>
/// <param name="Connection">Its connection's state.</param>
/// <param name="Name">The command's name.</param>
/// <param name="Database">Its database.</param>
/// <param name="Command">All of it.</param>
/// <param name="Stopping">Ends when the connection does.</param>
internal sealed record CommandContext(
    MongoDouble Deployment,
    DoubleNode Node,
    ConnectionState Connection,
    string Name,
    string Database,
    Doc Command,
    CancellationToken Stopping)
{
    /// <summary>The operationTime of the reply, where it is not the newest time.</summary>
    public DocTimestamp? OperationTime { get; set; }

    public DataStore Store => Deployment.Store;

    /// <summary>The command's first value, where it names a collection.</summary>
    public string Collection => Command.Count > 0 && Command.At(0).Value is string name
        ? name
        : throw new CommandError(73, $"collection name has invalid type in '{Name}'");

    /// <summary>The transaction that the command belongs to, else the store.</summary>
    public IWriteTarget Target => Deployment.Transactions.TransactionOf(this) ?? (IWriteTarget)Store;
}
