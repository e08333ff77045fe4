namespace CdcEmbedded.MongoDb.Wire;

/// <summary>The messages of the wire protocol that are spoken here (src/mongo/rpc/message.h of the server).</summary>
internal static class OpCode
{
    /// <summary>A message wrapped in its compressed form.</summary>
    public const int Compressed = 2012;

    /// <summary>A command or a reply.</summary>
    public const int Msg = 2013;
}
