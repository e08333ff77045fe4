using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The highest cluster time seen, passed on with every command so that all servers learn of it ("gossip").</summary>
/// <remarks>Thread-safe. The server signs the time, so its document is passed on as it came.</remarks>
internal sealed class ClusterClock
{
    private readonly Lock _lock = new();
    private RawBson _document;
    private BsonTimestamp _time;

    /// <summary>The document to pass on; without a value before the first one was seen.</summary>
    public RawBson Document
    {
        get
        {
            lock (_lock)
            {
                return _document;
            }
        }
    }

    /// <summary>Takes in a reply.</summary>
    public void Learn(RawBson reply)
    {
        if (reply.TryGetDocument("$clusterTime"u8, out var document) && document.TryGetTimestamp("clusterTime"u8, out var time))
        {
            lock (_lock)
            {
                if (!_document.HasValue || time > _time)
                {
                    // A copy: the reply around it may be a batch of many megabytes.
                    _document = document.Detach();
                    _time = time;
                }
            }
        }
    }
}
