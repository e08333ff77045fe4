using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Wire;

/// <summary>One message of a client.</summary>
/// <param name="RequestId">What the reply's responseTo repeats.</param>
/// <param name="Command">The command with its document sequences merged in as arrays.</param>
/// <param name="Database">From <c>$db</c>, or from the namespace of an OP_QUERY.</param>
/// <param name="Legacy">True for OP_QUERY, which drivers use before they know the server.</param>
/// <param name="Compressor">The compressor where it came in OP_COMPRESSED, which the reply then uses too; else null.</param>
/// <param name="Unacknowledged">True where the moreToCome flag says that nobody waits for a reply.</param>
internal sealed record WireRequest(int RequestId, Doc Command, string Database, bool Legacy, byte? Compressor, bool Unacknowledged)
{
    /// <summary>True where the client takes further replies to the same request.</summary>
    public bool ExhaustAllowed { get; init; }

    public string Name => Command.Count > 0 ? Command.At(0).Key : "";
}
