using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Offsets by the double's clock.</summary>
internal static class MongoOffsets
{
    public static ClusterTime TimeOf(MongoDouble source) => new(source.ClusterTime.Value);

    /// <summary>After everything that has been written.</summary>
    public static StartPosition Now(MongoDouble source) => StartPosition.At(MongoOffset.FromClusterTime(TimeOf(source).Next.ToBson()));
}
