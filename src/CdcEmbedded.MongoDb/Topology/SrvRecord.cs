namespace CdcEmbedded.MongoDb.Topology;

/// <summary>A server that a name stands for.</summary>
/// <param name="Host">The host, without the final dot.</param>
/// <param name="Port">The port.</param>
internal readonly record struct SrvRecord(string Host, int Port);
