using System.Globalization;
using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>The options of the double as a program.</summary>
internal sealed record CommandLineOptions
{
    public const string Usage = """
        CdcEmbedded.MongoDb.Double [--topology replicaset|sharded|loadbalanced|standalone] [--nodes n] [--replicaset name] [--port n[,n...]]
            [--user name:password] [--tls folder-for-certificates]
            [--produce per-second] [--count n] [--seed n] [--namespace db.collection] [--transactions percent] [--images]
            [--replay events] [--event-size bytes]
        --produce writes inserts, updates and deletes at that rate (0 with --count: as fast as possible) until --count is reached.
        --replay serves that many prepared update events to every change stream.
        Runs until standard input ends.
        """;

    public DoubleTopology Topology { get; private set; } = DoubleTopology.ReplicaSet;

    public int Nodes { get; private set; } = 1;

    public string ReplicaSet { get; private set; } = "rs0";

    public IReadOnlyList<int> Ports { get; private set; } = [];

    public DoubleUser? User { get; private set; }

    public string? CertificateFolder { get; private set; }

    public int PerSecond { get; private set; }

    public int Count { get; private set; }

    public int Seed { get; private set; } = 1;

    public string Database { get; private set; } = "shop";

    public string Collection { get; private set; } = "orders";

    public int TransactionPercent { get; private set; }

    public bool Images { get; private set; }

    public int Replay { get; private set; }

    public int EventSize { get; private set; } = 640;

    /// <exception cref="FormatException">An option is unknown or its value unusable.</exception>
    public static CommandLineOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CommandLineOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--images")
            {
                options.Images = true;
                continue;
            }

            string name = arguments[i];
            options.Set(name, ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} needs a value."));
        }

        return options;
    }

    public MongoDoubleOptions ToDoubleOptions() => new()
    {
        Topology = Topology,
        Nodes = Nodes,
        ReplicaSet = ReplicaSet,
        Ports = Ports,
        Users = User is null ? [] : [User],
        Tls = CertificateFolder is not null,
    };

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--topology":
                Topology = Enum.TryParse(value, ignoreCase: true, out DoubleTopology topology)
                    ? topology
                    : throw new FormatException($"'{value}' is no topology.");
                break;
            case "--replicaset":
                ReplicaSet = value;
                break;
            case "--port":
                Ports = [.. value.Split(',').Select(Number)];
                break;
            case "--user":
                string[] credentials = value.Split(':', 2);
                User = new DoubleUser(credentials[0], credentials.ElementAtOrDefault(1) ?? "");
                break;
            case "--tls":
                CertificateFolder = value;
                break;
            case "--namespace":
                string[] names = value.Split('.', 2);
                (Database, Collection) = names.Length == 2
                    ? (names[0], names[1])
                    : throw new FormatException($"'{value}' is no namespace.");
                break;
            default:
                SetNumber(name, Number(value));
                break;
        }
    }

    private void SetNumber(string name, int value)
    {
        switch (name)
        {
            case "--nodes":
                Nodes = value;
                break;
            case "--produce":
                PerSecond = value;
                break;
            case "--count":
                Count = value;
                break;
            case "--seed":
                Seed = value;
                break;
            case "--transactions":
                TransactionPercent = value;
                break;
            case "--replay":
                Replay = value;
                break;
            case "--event-size":
                EventSize = value;
                break;
            default:
                throw new FormatException($"'{name}' is unknown.");
        }
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new FormatException($"'{text}' is no whole number.");
}
