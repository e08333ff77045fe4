using System.Globalization;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Replay;

/// <summary>A change stream over a <see cref="ReplayFeed"/>; after the last event it idles.</summary>
internal sealed class ReplayCursor : ServerCursor
{
    private readonly ReplayFeed _feed;
    private int _next;

    public ReplayCursor(ReplayFeed feed, ChangeStreamRequest request)
        : base(request.Database, request.Collection.Length > 0 ? request.Collection : "$cmd.aggregate")
    {
        _feed = feed;
        Doc? token = request.Options.Document("resumeAfter") ?? request.Options.Document("startAfter");
        _next = token is null ? 0 : feed.IndexAfter(ReceivedToken.Parse(token));
    }

    public override bool Awaits => true;

    public override bool IsDone => false;

    public override CursorBatch Next(int batchSize)
    {
        int first = _next;
        int bytes = 0;
        while (_next < _feed.Count && _next - first < batchSize && bytes + _feed[_next].Length <= MaxBatchBytes)
        {
            bytes += _feed[_next++].Length;
        }

        var buffer = new ByteBuffer(bytes + ((_next - first) * 8) + 16);
        int start = buffer.Open();
        Span<byte> digits = stackalloc byte[12];
        for (int i = first; i < _next; i++)
        {
            (i - first).TryFormat(digits, out int length, provider: CultureInfo.InvariantCulture);
            buffer.Byte(3);
            buffer.Bytes(digits[..length]);
            buffer.Byte(0);
            buffer.Bytes(_feed[i].Span);
        }

        buffer.Close(start);
        return new CursorBatch(new DocRaw(4, buffer.Written), _next - first, _feed.TokenAfter(_next));
    }
}
