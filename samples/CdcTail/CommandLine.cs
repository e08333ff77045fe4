using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using CdcEmbedded;

namespace CdcTail;

/// <summary>The options, and how they are read.</summary>
internal sealed class CommandLine
{
    private readonly Option<string> _mySql = Text("--mysql", "CONNECTION STRING",
        "Source: a MySQL or MariaDB server: \"Server=db1;User ID=cdc;Password=...;SslMode=VerifyFull\". Without a source: the two "
            + "recordings of the program.");

    private readonly Option<string> _mongoDb = Text("--mongodb", "URI",
        "Source: a MongoDB replica set or cluster: \"mongodb://cdc:...@db1,db2/?replicaSet=rs0&tls=true\".");

    private readonly Option<string[]> _files =
        Texts("--mysql-binlog", "FILE...", "Source: binlog files, in their order; no server needed.");
    private readonly Option<string[]> _include =
        Texts("--include", "PATTERN", "Only these: database.table or database.collection with * and ?; repeatable.");
    private readonly Option<string[]> _exclude = Texts("--exclude", "PATTERN", "Not these; repeatable, takes precedence over --include.");
    private readonly Option<string> _from =
        Text("--from", "WHERE", "earliest, latest or the text of an offset; used while no offset is stored.");
    private readonly Option<string> _limit = Text("--limit", "N", "Stop after N events.");
    private readonly Option<bool> _untilCaughtUp = Switch("--until-caught-up", "Stop at the end that the log had at the start.");
    private readonly Option<string> _maxAttempts = Text("--max-attempts", "N",
        "Give up after N failed attempts to connect again; default: no limit, but 5 before the first connection with --until-caught-up.");

    private readonly Option<string> _format =
        Text("--format", "FORMAT", "pretty (for people, the default); or one JSON object per line: json (Debezium's shape with readable "
            + "values), debezium (as Debezium encodes it) or cloudevents.");
    private readonly Option<bool> _transactions = Switch("--transactions",
        "Also print begins and ends of transactions, and dropped, renamed or otherwise changed collections; adds \"transaction\" to the "
            + "JSON.");

    private readonly Option<bool> _schemaChanges = Switch("--schema-changes", "Also print changes of tables and collections.");
    private readonly Option<string[]> _columns = Texts("--columns", "PATTERN",
        "Only these columns, and the key: database.table.column with * and ?; repeatable. Other tables are not concerned.");
    private readonly Option<string[]> _mask = Texts("--mask", "PATTERN", "Print *** instead of these columns; repeatable.");
    private readonly Option<string[]> _where = Texts("--where", "CONDITION",
        "Only rows for which this holds: \"shop.orders.total>=100\" with = != < <= > >=; NULL is null; repeatable.");

    private readonly Option<bool> _stats = Switch("--stats", "Print no events: their rate each second, and a summary.");
    private readonly Option<bool> _verbose = Switch("--verbose", "Log more, and print stack traces.");
    private readonly Option<string> _offsets =
        Text("--offsets", "FILE", "Keep the offset in this file and resume from it; default: forget it.");
    private readonly Option<string> _name = Text("--name", "NAME",
        "The name of the offset and in the events; default: cdctail (the recording of MongoDB adds -mongodb to it).");

    private readonly Option<string> _snapshot = Text("--snapshot", "MODE",
        "Read the tables too: initial, initial-only, when-needed, always or incremental (mysql).");
    private readonly Option<string[]> _snapshotTables =
        Texts("--snapshot-table", "PATTERN", "Read only these tables, as with --include; repeatable.");
    private readonly Option<string> _signalFile = Text("--signal-file", "FILE",
        "Read requests for snapshots from this file as they are appended: one signal in Debezium's JSON per line.");

    private readonly RootCommand _root =
        new("The committed changes of a MySQL server or a MongoDB deployment, or of binlog files, as they happen.");

    /// <summary>Creates the options.</summary>
    /// <param name="run">Runs the program once the command line is understood.</param>
    public CommandLine(Func<Arguments, Task> run)
    {
        _files.AllowMultipleArgumentsPerToken = true;
        Option[] options =
        [
            _mySql, _mongoDb, _files, _include, _exclude, _from, _limit, _untilCaughtUp, _maxAttempts, _format, _transactions,
            _schemaChanges, _columns, _mask, _where, _stats, _verbose, _offsets, _name, _snapshot, _snapshotTables, _signalFile,
        ];
        Array.ForEach(options, _root.Options.Add);
        foreach (var option in _root.Options)
        {
            option.Action = option switch
            {
                HelpOption { Action: HelpAction help } => new HelpPage(help),
                VersionOption => new VersionLine(),
                _ => null,
            };
        }

        _root.SetAction((result, _) => run(Read(result)));
    }

    /// <summary>Reads the command line and runs.</summary>
    /// <exception cref="UsageException">The command line is wrong.</exception>
    public Task RunAsync(string[] words)
    {
        var result = _root.Parse(words, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (result.Action is not HelpPage && result.Errors is [var error, ..])
        {
            throw new UsageException(WithoutSecrets(error.Message, words));
        }

        return result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private Arguments Read(ParseResult result)
    {
        var arguments = new Arguments
        {
            MySql = result.GetValue(_mySql),
            MongoDb = result.GetValue(_mongoDb),
            Files = result.GetValue(_files) ?? [],
            Include = result.GetValue(_include) ?? [],
            Exclude = result.GetValue(_exclude) ?? [],
            From = result.GetValue(_from) is { } from ? Start(from) : null,
            OffsetsPath = result.GetValue(_offsets),
            Name = result.GetValue(_name) ?? "cdctail",
            Format = Format(result.GetValue(_format) ?? "pretty"),
            Limit = result.GetValue(_limit) is { } limit ? Count(limit) : long.MaxValue,
            UntilCaughtUp = result.GetValue(_untilCaughtUp),
            MaxAttempts = result.GetValue(_maxAttempts) is { } attempts ? Attempts(attempts) : null,
            Transactions = result.GetValue(_transactions),
            SchemaChanges = result.GetValue(_schemaChanges),
            Transforms = Rules(result),
            Stats = result.GetValue(_stats),
            Verbose = result.GetValue(_verbose),
            IsPlain = result.Tokens.Count == 0,
            Snapshot = result.GetValue(_snapshot) is { } mode ? Mode(mode) : SnapshotMode.Never,
            SnapshotTables = result.GetValue(_snapshotTables) ?? [],
            SignalFile = result.GetValue(_signalFile),
        };
        if (arguments.SnapshotTables.Count > 0 && arguments.Snapshot == SnapshotMode.Never)
        {
            throw new UsageException("--snapshot-table needs --snapshot.");
        }

        if ((arguments.MySql is null ? 0 : 1) + (arguments.MongoDb is null ? 0 : 1) + (arguments.Files.Count == 0 ? 0 : 1) > 1)
        {
            throw new UsageException("--mysql, --mongodb and --mysql-binlog exclude each other: read one server, or files.");
        }

        if (!arguments.IsLive && (arguments.Snapshot != SnapshotMode.Never || arguments.SignalFile is not null))
        {
            throw new UsageException("--snapshot and --signal-file need --mysql or --mongodb: files and recordings have no tables to read. "
                + "Without arguments a snapshot is shown.");
        }

        return arguments.IsLive || !ReferenceEquals(arguments.From, StartPosition.Latest)
            ? arguments
            : throw new UsageException("--from latest needs --mysql or --mongodb: files do not grow, so nothing would follow.");
    }

    private static Option<string> Text(string name, string helpName, string description)
        => Checked(new Option<string>(name), helpName, description);

    private static Option<string[]> Texts(string name, string helpName, string description)
        => Checked(new Option<string[]>(name), helpName, description);

    private static Option<bool> Switch(string name, string description)
        => new(name) { Arity = ArgumentArity.Zero, Description = description };

    // The parser takes the next word as the value, whatever it is.
    private static TOption Checked<TOption>(TOption option, string helpName, string description)
        where TOption : Option
    {
        option.HelpName = helpName;
        option.Description = description;
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value) || token.Value.StartsWith('-')))
            {
                result.AddError($"{option.Name} needs a value.");
            }
        });
        return option;
    }

    private static StartPosition Start(string text)
    {
        try
        {
            return text switch
            {
                "earliest" => StartPosition.Earliest,
                "latest" => StartPosition.Latest,
                _ => StartPosition.At(CdcOffset.Parse(text)),
            };
        }
        catch (OffsetFormatException e)
        {
            throw new UsageException($"--from is earliest, latest or the text of an offset. {e.Message}");
        }
    }

    private static SnapshotMode Mode(string text) => text switch
    {
        "initial" => SnapshotMode.Initial,
        "initial-only" => SnapshotMode.InitialOnly,
        "when-needed" => SnapshotMode.WhenNeeded,
        "always" => SnapshotMode.Always,
        "incremental" => SnapshotMode.Incremental,
        _ => throw new UsageException("--snapshot is initial, initial-only, when-needed, always or incremental, not "
            + $"{Shown(text)}."),
    };

    private static OutputFormat Format(string text) => text switch
    {
        "pretty" => OutputFormat.Pretty,
        "json" => OutputFormat.Json,
        "debezium" => OutputFormat.Debezium,
        "cloudevents" => OutputFormat.CloudEvents,
        _ => throw new UsageException($"--format is pretty, json, debezium or cloudevents, not {Shown(text)}."),
    };

    private List<Transform> Rules(ParseResult result)
    {
        var rules = new List<Transform>();
        try
        {
            rules.AddRange((result.GetValue(_columns) ?? []).Select(Transform.IncludeColumns));
            rules.AddRange((result.GetValue(_mask) ?? []).Select(static pattern => Transform.Mask(pattern)));
            rules.AddRange((result.GetValue(_where) ?? []).Select(RowCondition.Parse)
                .Select(static condition => Transform.Where(condition.Tables, condition.Holds)));
        }
        catch (ArgumentException e)
        {
            throw UsageException.Of(e);
        }

        return rules;
    }

    private static long Count(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
        ? count
        : throw new UsageException($"--limit is a number of events, at least 1, not {Shown(text)}.");

    private static int Attempts(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        ? count
        : throw new UsageException($"--max-attempts is a number of attempts, 0 to make none, not {Shown(text)}.");

    // A connection string that is typed without its option, or after another one, must not appear on the screen, or in a log, either.
    private static string WithoutSecrets(string message, string[] words)
        => words.Any(word => MayHoldPassword(word) && message.Contains(word, StringComparison.Ordinal))
            ? "A connection string belongs to no option: put --mysql or --mongodb before it." : message;

    private static string Shown(string text) => MayHoldPassword(text) ? "a connection string" : $"'{text}'";

    private static bool MayHoldPassword(string word)
        => word.Contains("://", StringComparison.Ordinal) || word.Contains('=', StringComparison.Ordinal);
}
