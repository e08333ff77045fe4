using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Logs the notices that a source reports, because not every stream yields them, and counts them.</summary>
/// <param name="logger">The engine's logger.</param>
/// <param name="engine">The engine's name.</param>
internal sealed class NoticeLog(ILogger logger, string engine)
{
    private readonly long[] _counts = new long[Enum.GetValues<NoticeKind>().Length];

    /// <summary>The number of notices of each kind; index is the kind.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    public void Log(FeedBatch batch)
    {
        if (!batch.HasNotice)
        {
            return;
        }

        foreach (var entry in batch.EntryList)
        {
            if (entry.Item is Notice notice)
            {
                Interlocked.Increment(ref _counts[(int)notice.Kind]);
                var subject = notice.Table.Length > 0 ? $" of {notice.Database}.{notice.Table}" : notice.Database.Length > 0
                    ? $" of {notice.Database}" : "";
                Diagnostics.Log.Noticed(logger, engine, notice.Kind, subject, notice.Message);
            }
        }
    }
}
