using System.Collections.Concurrent;
using CdcEmbedded.TestServers.Fetching;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers.Recipes;

/// <summary>Finds the first way that works to run a server of each kind, once per process.</summary>
internal static class ServerFinder
{
    private static readonly ConcurrentDictionary<ServerKind, Lazy<Task<ServerProgram>>> _found = new();

    /// <exception cref="ServerUnavailableException">No way works; the message names each one and its obstacle.</exception>
    public static Task<ServerProgram> FindAsync(ServerKind kind, CancellationToken cancellationToken)
    {
        // All callers share the search, so one caller's token must not end it.
        Lazy<Task<ServerProgram>> search =
            _found.GetOrAdd(kind, k => new Lazy<Task<ServerProgram>>(() => SearchAsync(ServerRecipe.For(k))));
        return search.Value.WaitAsync(cancellationToken);
    }

    /// <summary>Finds a command line client for a server that runs elsewhere: one on the PATH, else the one of MySQL 9.7.</summary>
    public static async Task<(CommandLine Client, IReadOnlyList<string> Arguments)> ClientAsync(CancellationToken cancellationToken)
    {
        if (CommandLine.Find("mysql") is { } installed)
        {
            return (new CommandLine(installed, []), []);
        }

        try
        {
            return await MySql97Recipe.ClientAsync(ServerCache.Default(), cancellationToken);
        }
        catch (ServerSourceException e)
        {
            throw new ServerUnavailableException($"There is no mysql client on the PATH, and none can be fetched: {e.Message}.");
        }
    }

    private static async Task<ServerProgram> SearchAsync(ServerRecipe recipe)
    {
        var obstacles = new List<string>();
        try
        {
            return await recipe.InstallAsync(ServerCache.Default(), CancellationToken.None);
        }
        catch (Exception e) when (e is ServerSourceException or IOException or UnauthorizedAccessException)
        {
            obstacles.Add(e.Message);
        }

        try
        {
            return await DockerProgram.FindAsync(recipe.DockerImage, recipe.Defaults, CancellationToken.None);
        }
        catch (ServerSourceException e)
        {
            obstacles.Add(e.Message);
        }

        throw new ServerUnavailableException(
            $"No {recipe.Name} server: {recipe.Variable} names none; {string.Join("; ", obstacles)}.");
    }
}
