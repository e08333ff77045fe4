using System.Globalization;
using CdcEmbedded.MySql.Binlog;
using CdcEmbedded.MySql.Feed;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql;

/// <summary>The changes in binlog files on disk, without a server: the same events as <see cref="MySqlSource"/> gives. The stream ends with the
/// last file.</summary>
/// <remarks>The files must have been written with <c>binlog_row_metadata=FULL</c>. An unfinished transaction at the end of the last file is not
/// delivered. Offsets of files are those of the server that wrote them: with GTIDs, <see cref="MySqlSource"/> can go on from there.</remarks>
public sealed class MySqlBinlogFileSource : ISource
{
    private readonly MySqlBinlogFileSourceOptions _options;
    private readonly ISchemaSource _schemas;

    /// <summary>Creates the source.</summary>
    /// <exception cref="ArgumentException">No file is given, two have one name, or a pattern cannot be read.</exception>
    public MySqlBinlogFileSource(MySqlBinlogFileSourceOptions options)
        : this(options, new NoSchemas())
    {
    }

    internal MySqlBinlogFileSource(MySqlBinlogFileSourceOptions options, ISchemaSource schemas)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _schemas = schemas;
        OptionChecks.AtLeastZero(options.TransactionBufferBytes, nameof(options.TransactionBufferBytes));
        TableFilters.Create(options.Include, options.Exclude, ignoreCase: false);
        if (options.Files.Count == 0)
        {
            throw new ArgumentException("Files is empty; it must name at least one binlog file.", nameof(options));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in options.Files)
        {
            if (!names.Add(Path.GetFileName(file)))
            {
                throw new ArgumentException($"Files names '{Path.GetFileName(file)}' twice; positions would not tell them apart.", nameof(options));
            }
        }
    }

    /// <inheritdoc/>
    public string Connector => MySqlSource.ConnectorName;

    /// <inheritdoc/>
    public StartPosition DefaultStart => StartPosition.Earliest;

    /// <inheritdoc/>
    /// <exception cref="CdcConnectionException">A file cannot be opened.</exception>
    public ValueTask<ISourceFeed> OpenAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        var document = Resolve(start, out var first);
        var logger = context.LoggerFactory.CreateLogger<MySqlBinlogFileSource>();
        var filter = TableFilters.Create(_options.Include, _options.Exclude, ignoreCase: false);
        var settings = FeedSettings.Create(context, new FeedIdentity(context.Name, document.Server), filter, logger, _options.VerifyChecksums,
            _options.KeyChange, _options.TransactionBufferBytes);
        var files = new List<string>(_options.Files.Skip(first));
        var stream = new FileEventStream(files, document.Position);
        return new ValueTask<ISourceFeed>(new BinlogFeed(stream, _schemas, settings, document, hasChecksums: false));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SourceFinding>> ValidateAsync(SourceContext context, StartPosition start,
        CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();
        foreach (var file in _options.Files)
        {
            if (!File.Exists(file))
            {
                findings.Add(new SourceFinding(true, "mysql.file", $"The binlog file '{file}' is not there.", "Check the path."));
            }
        }

        try
        {
            Resolve(start, out _);
        }
        catch (CdcException e) when (e is OffsetLostException or OffsetFormatException)
        {
            findings.Add(new SourceFinding(true, "mysql.offset", e.Message, "See the message."));
        }

        return new ValueTask<IReadOnlyList<SourceFinding>>(findings);
    }

    private OffsetDocument Resolve(StartPosition start, out int first)
    {
        first = 0;
        if (start.Offset is not { } offset)
        {
            return ReferenceEquals(start, StartPosition.Earliest)
                ? new OffsetDocument { File = Path.GetFileName(_options.Files[0]), Position = 4 }
                : throw new ArgumentException("Binlog files have no latest position to wait behind: start from the earliest, or at an offset.",
                    nameof(start));
        }

        var document = OffsetDocument.Read(offset);
        if (document.File is not { } name)
        {
            throw new OffsetLostException($"The offset {offset} names no binlog file, so the place in the files cannot be found. Start from a file and "
                + "position.");
        }

        for (; first < _options.Files.Count; first++)
        {
            if (Path.GetFileName(_options.Files[first]) == name)
            {
                return document;
            }
        }

        // The ROTATE at the end of the last file has been read. It names a file that is not given, or not written, yet: nothing is left to read.
        if (document is { Position: BinlogFile.MagicLength, Rows: 0 } && IsNext(Path.GetFileName(_options.Files[^1]), name))
        {
            return document;
        }

        throw new OffsetLostException($"The stored position is in the binlog file '{name}', which is not among the {_options.Files.Count} given. Add it, "
            + "or delete the stored offset to start from the first one.");
    }

    /// <summary>Whether the server names its binlog so after the other one: <c>binlog.000010</c> after <c>binlog.000009</c>.</summary>
    private static bool IsNext(string file, string next)
    {
        var point = file.LastIndexOf('.') + 1;
        return point > 0 && next.StartsWith(file[..point], StringComparison.Ordinal)
            && long.TryParse(file.AsSpan(point), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(next.AsSpan(point), NumberStyles.None, CultureInfo.InvariantCulture, out var nextNumber)
            && nextNumber - 1 == number;
    }
}
