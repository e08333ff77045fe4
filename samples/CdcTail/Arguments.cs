using System.Globalization;
using CdcEmbedded;

namespace CdcTail;

/// <summary>What the command line asks for.</summary>
internal sealed class Arguments
{
    private readonly List<string> _files = [];
    private readonly List<string> _include = [];
    private readonly List<string> _exclude = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private Arguments()
    {
    }

    /// <summary>The MySQL server's connection string; null where something else is read.</summary>
    public string? MySql { get; private set; }

    /// <summary>The MongoDB deployment's connection string; null where something else is read.</summary>
    public string? MongoDb { get; private set; }

    /// <summary>Whether a server is read, so that more may come.</summary>
    public bool IsLive => MySql is not null || MongoDb is not null;

    /// <summary>The binlog files; empty where a server or the recordings are read.</summary>
    public IReadOnlyList<string> Files => _files;

    public IReadOnlyList<string> Include => _include;

    public IReadOnlyList<string> Exclude => _exclude;

    /// <summary>Where to begin; null leaves it to the source.</summary>
    public StartPosition? From { get; private set; }

    /// <summary>The file that keeps offsets; null keeps them in memory.</summary>
    public string? OffsetsPath { get; private set; }

    public string Name { get; private set; } = "cdctail";

    public bool Json { get; private set; }

    /// <summary>How many events to read at most.</summary>
    public long Limit { get; private set; } = long.MaxValue;

    public bool UntilCaughtUp { get; private set; }

    public bool Transactions { get; private set; }

    public bool Stats { get; private set; }

    public bool Verbose { get; private set; }

    public bool Help { get; private set; }

    public bool Version { get; private set; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="UsageException">It is wrong.</exception>
    public static Arguments Parse(IReadOnlyList<string> words)
    {
        var arguments = new Arguments();
        for (var next = 0; next < words.Count;)
        {
            var word = words[next++];
            string? value = null;
            if (word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                (word, value) = (word[..equals], word[(equals + 1)..]);
            }

            if (!arguments.Switch(word, value))
            {
                arguments.Option(word, value, words, ref next);
            }
        }

        if ((arguments.MySql is null ? 0 : 1) + (arguments.MongoDb is null ? 0 : 1) + (arguments._files.Count == 0 ? 0 : 1) > 1)
        {
            throw new UsageException("--mysql, --mongodb and --mysql-binlog exclude each other: read one server, or files.");
        }

        return arguments.IsLive || !ReferenceEquals(arguments.From, StartPosition.Latest)
            ? arguments
            : throw new UsageException("--from latest needs --mysql or --mongodb: files grow no more, so nothing would follow.");
    }

    private bool Switch(string word, string? value)
    {
        switch (word)
        {
            case "--until-caught-up":
                UntilCaughtUp = true;
                break;
            case "--transactions":
                Transactions = true;
                break;
            case "--stats":
                Stats = true;
                break;
            case "--verbose":
                Verbose = true;
                break;
            case "--help" or "-h":
                Help = true;
                break;
            case "--version":
                Version = true;
                break;
            default:
                return false;
        }

        return value is null ? true : throw new UsageException($"{word} takes no value.");
    }

    private void Option(string word, string? value, IReadOnlyList<string> words, ref int next)
    {
        switch (word)
        {
            case "--mysql":
                MySql = Once(word, value, words, ref next);
                break;
            case "--mongodb":
                MongoDb = Once(word, value, words, ref next);
                break;
            case "--mysql-binlog":
                _files.Add(Value(word, value, words, ref next));
                while (next < words.Count && !IsOption(words[next]))
                {
                    _files.Add(words[next++]);
                }

                break;
            case "--include":
                _include.Add(Value(word, value, words, ref next));
                break;
            case "--exclude":
                _exclude.Add(Value(word, value, words, ref next));
                break;
            case "--from":
                From = Start(Once(word, value, words, ref next));
                break;
            case "--offsets":
                OffsetsPath = Once(word, value, words, ref next);
                break;
            case "--name":
                Name = Once(word, value, words, ref next);
                break;
            case "--format":
                Json = Once(word, value, words, ref next) switch
                {
                    "json" => true,
                    "pretty" => false,
                    var other => throw new UsageException($"--format is pretty or json, not '{other}'."),
                };
                break;
            case "--limit":
                Limit = Count(Once(word, value, words, ref next));
                break;
            default:
                throw new UsageException(IsOption(word) ? $"There is no option {word}."
                    : MayHoldPassword(word) ? "A connection string belongs to no option: put --mysql or --mongodb before it."
                    : $"'{word}' belongs to no option.");
        }
    }

    private string Once(string word, string? value, IReadOnlyList<string> words, ref int next) => _seen.Add(word)
        ? Value(word, value, words, ref next)
        : throw new UsageException($"{word} is there twice.");

    private static string Value(string word, string? value, IReadOnlyList<string> words, ref int next)
    {
        value ??= next < words.Count && !IsOption(words[next]) ? words[next++] : null;
        return string.IsNullOrWhiteSpace(value) ? throw new UsageException($"{word} needs a value.") : value;
    }

    // What is typed without its option must not appear on the screen, or in a log, either.
    private static bool MayHoldPassword(string word) => word.Contains("://", StringComparison.Ordinal) || word.Contains('=', StringComparison.Ordinal);

    private static bool IsOption(string word) => word.StartsWith('-');

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
            throw new UsageException($"--from is earliest, latest or an offset's text. {e.Message}");
        }
    }

    private static long Count(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
        ? count
        : throw new UsageException($"--limit is a number of events, at least 1, not '{text}'.");
}
