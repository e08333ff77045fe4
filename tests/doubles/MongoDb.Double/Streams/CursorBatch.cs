using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>What a cursor gives at once.</summary>
/// <param name="Items">An encoded array.</param>
/// <param name="Count">How many documents are in it.</param>
/// <param name="PostBatchToken">For change streams.</param>
internal sealed record CursorBatch(DocRaw Items, int Count, Doc? PostBatchToken)
{
    public static CursorBatch Of(IReadOnlyList<byte[]> documents, Doc? postBatchToken)
    {
        var buffer = new ByteBuffer(documents.Sum(document => document.Length + 12) + 16);
        int start = buffer.Open();
        for (int i = 0; i < documents.Count; i++)
        {
            buffer.Byte(3);
            buffer.CString(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            buffer.Bytes(documents[i]);
        }

        buffer.Close(start);
        return new CursorBatch(new DocRaw(4, buffer.Written), documents.Count, postBatchToken);
    }
}
