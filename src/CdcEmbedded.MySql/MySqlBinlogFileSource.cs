using CdcEmbedded.MySql.Binlog.Files;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Transactions;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql;

/// <summary>The changes in binlog files on disk, without a server, as the same events that <see cref="MySqlSource"/> delivers. The stream
/// ends with the last file.</summary>
/// <remarks>The files must name their columns (<c>binlog_row_metadata=FULL</c>) or contain the CREATE TABLE statements of their tables. An
/// unfinished transaction at the end of the last file is not delivered. Offsets of files are those of the server that wrote them: with
/// GTIDs, <see cref="MySqlSource"/> can resume from them.</remarks>
public sealed class MySqlBinlogFileSource : ISource
{
    private const string ServerName = "The list of binlog files";
    private readonly MySqlBinlogFileSourceOptions _options;

    /// <summary>Creates the source.</summary>
    /// <exception cref="ArgumentException">No file is given, two files have the same name, or a pattern is invalid.</exception>
    public MySqlBinlogFileSource(MySqlBinlogFileSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        OptionChecks.EventBytes(options.MaxEventBytes, nameof(options.MaxEventBytes));
        OptionChecks.AtLeastZero(options.TransactionBufferBytes, nameof(options.TransactionBufferBytes));
        OptionChecks.AtLeastZero(options.TransactionSpillBytes, nameof(options.TransactionSpillBytes));
        OptionChecks.ExistingFolder(options.SpillFolder, nameof(options.SpillFolder));
        OptionChecks.Modes(options.KeyChange, options.LargeTransactions, options.Xa, options.OnUnknownSchema, options.OnStatementChange,
            options.OnIncident, options.OnUndecodableEvent, options.InvalidDates);
        OptionChecks.Captured(options.Include, options.Exclude, options.IncludeGtidSources, options.ExcludeGtidSources);
        if (options.Files is null or [])
        {
            throw new ArgumentException("Files is empty; it must name at least one binlog file.", nameof(options));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in options.Files)
        {
            if (!names.Add(Path.GetFileName(file)))
            {
                throw new ArgumentException($"Files contains two files named '{Path.GetFileName(file)}', which positions could not "
                    + "distinguish.", nameof(options));
            }
        }
    }

    /// <inheritdoc/>
    public string Connector => MySqlSource.ConnectorName;

    /// <inheritdoc/>
    public StartPosition DefaultStart => StartPosition.Earliest;

    /// <inheritdoc/>
    public SourcePosition ReadPosition(CdcOffset offset) => BinlogPosition.Read(offset);

    /// <inheritdoc/>
    public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        var findings = CheckFiles();
        try
        {
            return new(new Connection(this, findings, context, start, Resolve(start)));
        }
        catch (CdcException e) when (e is OffsetLostException or OffsetFormatException)
        {
            return new(SourceConnection.Refused(ServerName, findings, e));
        }
    }

    /// <summary>Finds files that are missing, and those without events: a copy that was truncated, most likely. Only the last one may be
    /// as its server has just begun it.</summary>
    private List<SourceFinding> CheckFiles()
    {
        List<SourceFinding> findings = [.. SpillFolderCheck.Find(_options.SpillFolder, _options.LargeTransactions)];
        for (var i = 0; i < _options.Files.Count; i++)
        {
            var file = new FileInfo(_options.Files[i]);
            if (!file.Exists)
            {
                findings.Add(new SourceFinding(true, "mysql.file", $"The binlog file '{_options.Files[i]}' does not exist.",
                    "Correct the path."));
            }
            else if (file.Length <= BinlogFile.MagicLength)
            {
                var isLast = i == _options.Files.Count - 1;
                findings.Add(new SourceFinding(!isLast, "mysql.file_empty", $"The binlog file '{_options.Files[i]}' has no events: it is "
                    + $"{file.Length} bytes long{(isLast ? "" : ", and other files follow it")}. The copy was truncated, or its server has "
                    + "not written to it.", isLast ? "Copy it again if changes are missing." : "Copy it again, or remove it from Files."));
            }
        }

        return findings;
    }

    private async ValueTask<ISourceFeed> OpenAsync(SourceContext context, StartPosition start, BinlogPosition document,
        CancellationToken cancellationToken)
    {
        var logger = context.LoggerFactory.CreateLogger<MySqlBinlogFileSource>();
        var settings = FeedSettings.Of(_options, context, document.Server, logger) with { IsFile = true };
        var selection = new TableSelection(TableFilters.Create(_options.Include, _options.Exclude, ignoreCase: false),
            _options.IncludeShadowTables, logger)
        {
            IncludesRowHistory = _options.IncludeRowHistory,
            InvalidDates = _options.InvalidDates,
        };
        var source = new FileSchemas(_options.Files, LoggedSql.Instance, _options.VerifyChecksums);
        var schemas = new SchemaTracker(selection, source, LoggedSql.Instance, context.Notes, _options.OnUnknownSchema);
        await schemas.OpenAsync(document, start.Offset is not null, cancellationToken).ConfigureAwait(false);
        var from = document.DumpStart.Coordinates ?? throw new InvalidOperationException("A start in files has coordinates.");
        var stream = FileEventStream.From(_options.Files, from.File, from.Position, settings.MaxEventBytes);
        return new BinlogFeed(stream, schemas, settings, document, hasChecksums: false);
    }

    private BinlogPosition Resolve(StartPosition start)
    {
        if (start.Offset is not { } offset)
        {
            return ReferenceEquals(start, StartPosition.Earliest)
                ? BinlogPosition.At(Path.GetFileName(_options.Files[0]))
                : throw new ArgumentException("Binlog files have no latest position to wait at: start from the earliest, or at an offset.",
                    nameof(start));
        }

        var document = BinlogPosition.Read(offset);
        if (document.Coordinates is not { File: var name } at)
        {
            throw new OffsetLostException($"The offset {offset} names no binlog file, so its position in the files cannot be found. "
                + "Start from a file and position.");
        }

        if (document.DumpStart.Coordinates is { File: var oldest } && oldest != name && !IsGiven(oldest))
        {
            throw new OffsetLostException($"The stored position has XA transactions open whose rows begin in the binlog file '{oldest}', "
                + $"which is not among the {_options.Files.Count} given. Add it and those after it, or delete the stored offset to start "
                + "from the first one.");
        }

        if (IsGiven(name))
        {
            return document;
        }

        // The ROTATE at the end of the last file has been read. It names a file that is not given, or not yet written: nothing is
        // left to read.
        if (at.Position == BinlogFile.MagicLength && document.IsTransactionEnd
            && BinlogCoordinates.IsNextFile(Path.GetFileName(_options.Files[^1]), name))
        {
            return document;
        }

        throw new OffsetLostException($"The stored position is in the binlog file '{name}', which is not among "
            + $"the {_options.Files.Count} given. Add it, "
            + "or delete the stored offset to start from the first one.");
    }

    private bool IsGiven(string name) => _options.Files.Any(file => Path.GetFileName(file) == name);

    private sealed class Connection(MySqlBinlogFileSource source, IReadOnlyList<SourceFinding> findings, SourceContext context,
        StartPosition start,
        BinlogPosition document) : SourceConnection(ServerName, findings)
    {
        public override ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken)
            => source.OpenAsync(context, start, document, cancellationToken);

        public override ValueTask DisposeAsync() => default;
    }
}
