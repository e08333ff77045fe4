using CdcEmbedded.TestServers.Fetching;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Recipes;

/// <summary>What is specific to one kind of server: its origin, and how it is initialized and started.</summary>
internal abstract class ServerRecipe
{
    /// <summary>The name in messages.</summary>
    public abstract string Name { get; }

    /// <summary>The environment variable that names a running server of this kind.</summary>
    public abstract string Variable { get; }

    /// <summary>The container image for machines where nothing else works.</summary>
    public abstract string DockerImage { get; }

    /// <summary>Arguments of a test server that do not depend on where it is installed.</summary>
    public abstract IReadOnlyList<string> Defaults { get; }

    /// <summary>Finds the server in the cache or fetches it.</summary>
    /// <exception cref="ServerSourceException">It cannot be fetched or does not run here.</exception>
    public abstract Task<ServerProgram> InstallAsync(ServerCache cache, CancellationToken cancellationToken);

    public static ServerRecipe For(ServerKind kind) => kind switch
    {
        ServerKind.MySql97 => new MySql97Recipe(),
        ServerKind.MySql56 => new MySql56Recipe(),
        ServerKind.MariaDb1011 => new MariaDbRecipe("10.11", "bookworm"),
        ServerKind.MariaDb118 => new MariaDbRecipe("11.8", "trixie"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No recipe for this kind of server."),
    };

    /// <summary>The argument without which a server refuses to run as root.</summary>
    protected static IReadOnlyList<string> UserArguments => Environment.IsPrivilegedProcess ? ["--user=root"] : [];

    protected static void RequireLinux(string what)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ServerSourceException($"{what} runs on Linux only");
        }
    }
}
