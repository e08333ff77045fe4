using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Binlog.Files;

/// <summary>A log that consists of files on disk.</summary>
internal sealed class FileLog(IReadOnlyList<string> paths) : ILogOpener
{
    /// <summary>The files from a given position on.</summary>
    public FileEventStream Open(BinlogPosition start)
    {
        var from = start.DumpStart.Coordinates;
        return new FileEventStream(FilesFrom(from?.File ?? ""), from?.Position ?? BinlogFile.MagicLength);
    }

    public ValueTask<(IEventStream Stream, bool HasChecksums)> OpenAsync(BinlogPosition start, CancellationToken cancellationToken) => new((Open(start), false));

    private List<string> FilesFrom(string name)
    {
        var files = new List<string>(paths);
        var first = files.FindIndex(f => Path.GetFileName(f) == name);
        return first < 0 ? [] : files[first..];
    }
}
