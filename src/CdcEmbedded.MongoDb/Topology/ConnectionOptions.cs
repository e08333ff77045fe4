namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Gives the options of a connection string their meaning, after the specifications "URI Options", "Authentication" and
/// "Initial DNS Seedlist Discovery".</summary>
internal static class ConnectionOptions
{
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads all options.</summary>
    /// <param name="uri">The connection string's parts.</param>
    /// <param name="dnsOptions">What the TXT record says; what the string says itself goes first.</param>
    /// <param name="hosts">The servers of the SRV records; null before they are resolved and without SRV.</param>
    /// <exception cref="ArgumentException">They contradict each other or ask for what is not supported here.</exception>
    public static MongoConnectionSettings Read(
        MongoUri uri, IReadOnlyList<KeyValuePair<string, string>> dnsOptions, IReadOnlyList<ServerAddress>? hosts)
    {
        var written = uri.Options.Select(option => option.Key).ToHashSet();
        var reader = new OptionReader(uri.Options.Concat(dnsOptions.Where(option => !written.Contains(option.Key))));
        var defaults = new MongoConnectionSettings { Uri = uri };
        var compressors = reader.Text("compressors")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var settings = defaults with
        {
            Hosts = hosts ?? uri.Hosts,
            SrvHost = uri.SrvHost,
            SrvServiceName = ReadSrvOnly(reader, uri, "srvServiceName", reader.Text) ?? defaults.SrvServiceName,
            SrvMaxHosts = ReadSrvOnly(reader, uri, "srvMaxHosts", name => reader.Integer(name, 0)) ?? 0,
            Database = uri.Database,
            Credential = CredentialOptions.Read(reader, uri),
            ReplicaSet = reader.Text("replicaSet"),
            DirectConnection = reader.Boolean("directConnection"),
            LoadBalanced = reader.Boolean("loadBalanced") ?? false,
            ApplicationName = ReadApplicationName(reader),
            Compressors = compressors,
            ZlibCompression = compressors.Contains("zlib"),
            ZlibLevel = reader.Integer("zlibCompressionLevel", -1, 9) ?? -1,
            ConnectTimeout = reader.Milliseconds("connectTimeoutMS") ?? defaults.ConnectTimeout,
            SocketTimeout = ReadSocketTimeout(reader) ?? defaults.SocketTimeout,
            ServerSelectionTimeout = reader.Milliseconds("serverSelectionTimeoutMS") ?? defaults.ServerSelectionTimeout,
            HeartbeatFrequency = reader.Milliseconds(
                "heartbeatFrequencyMS", (int)MinHeartbeat.TotalMilliseconds) ?? defaults.HeartbeatFrequency,
            LocalThreshold = reader.Milliseconds("localThresholdMS") ?? defaults.LocalThreshold,
            ReadPreference = ReadPreferenceOption.Read(reader),
            ReadConcernLevel = reader.Text("readConcernLevel"),
            RetryReads = reader.Boolean("retryReads") ?? true,
            Tls = TlsOptions.Read(reader, uri.IsSrv),
        };
        ReadUnused(reader);
        reader.WarnOfTheRest();
        Check(settings);
        return settings with { Warnings = reader.Warnings };
    }

    // Known to the specification, and without meaning for a reader of change streams: their values are checked and that is all.
    private static void ReadUnused(OptionReader reader)
    {
        foreach (var name in (ReadOnlySpan<string>)["maxIdleTimeMS", "wTimeoutMS", "waitQueueTimeoutMS"])
        {
            reader.Milliseconds(name);
        }

        foreach (var name in (ReadOnlySpan<string>)["maxPoolSize", "minPoolSize"])
        {
            reader.Integer(name, 0);
        }

        reader.Integer("maxConnecting", 1);
        foreach (var name in (ReadOnlySpan<string>)["journal", "retryWrites", "serverSelectionTryOnce"])
        {
            reader.Boolean(name);
        }

        reader.Text("w");
        if (reader.Text("serverMonitoringMode") is { } mode && mode is not ("auto" or "poll" or "stream"))
        {
            reader.Warn("serverMonitoringMode", "must be auto, poll or stream");
        }
    }

    private static T? ReadSrvOnly<T>(OptionReader reader, MongoUri uri, string name, Func<string, T?> read)
        => uri.IsSrv || !reader.Has(name) ? read(name) : throw MongoUri.Invalid($"{name} is for mongodb+srv:// only");

    private static string? ReadApplicationName(OptionReader reader)
    {
        const int Longest = 128;
        var name = reader.Text("appname");
        return name is not null && System.Text.Encoding.UTF8.GetByteCount(name) > Longest
            ? throw MongoUri.Invalid($"appname is longer than {Longest} bytes")
            : name;
    }

    // timeoutMS bounds a whole operation; a stream has none, so that it bounds the silence of the server like socketTimeoutMS.
    private static TimeSpan? ReadSocketTimeout(OptionReader reader)
    {
        var operation = reader.Milliseconds("timeoutMS");
        return reader.Milliseconds("socketTimeoutMS") ?? operation;
    }

    private static void Check(MongoConnectionSettings settings)
    {
        var several = settings.Hosts.Count > 1;
        var direct = settings.DirectConnection == true;
        var complaint = true switch
        {
            _ when direct && several => "directConnection=true takes one host",
            _ when direct && settings.Uri.IsSrv => "directConnection=true cannot be used with mongodb+srv://, which may name several hosts",
            _ when settings.LoadBalanced && several => "loadBalanced=true takes one host, the load balancer",
            _ when settings.LoadBalanced && direct => "loadBalanced=true and directConnection=true exclude each other",
            _ when settings.LoadBalanced && settings.ReplicaSet is not null => "loadBalanced=true and replicaSet exclude each other",
            _ when settings.SrvMaxHosts > 0 && settings.ReplicaSet is not null => "srvMaxHosts and replicaSet exclude each other",
            _ when settings.SrvMaxHosts > 0 && settings.LoadBalanced => "srvMaxHosts and loadBalanced=true exclude each other",
            _ => null,
        };
        if (complaint is not null)
        {
            throw MongoUri.Invalid(complaint);
        }
    }
}
