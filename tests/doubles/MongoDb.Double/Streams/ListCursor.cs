using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>A cursor over documents that were all found when it was opened.</summary>
internal sealed class ListCursor(string database, string collection, IEnumerable<Doc> documents) : ServerCursor(database, collection)
{
    private readonly Queue<Doc> _rest = new(documents);

    public override bool IsDone => _rest.Count == 0;

    public override CursorBatch Next(int batchSize)
    {
        var taken = new List<byte[]>();
        int bytes = 0;
        while (taken.Count < batchSize && _rest.TryPeek(out Doc? next))
        {
            byte[] encoded = DocWriter.ToBytes(next);
            if (taken.Count > 0 && bytes + encoded.Length > MaxBatchBytes)
            {
                break;
            }

            taken.Add(encoded);
            bytes += encoded.Length;
            _rest.Dequeue();
        }

        return CursorBatch.Of(taken, null);
    }
}
