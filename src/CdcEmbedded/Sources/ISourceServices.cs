namespace CdcEmbedded.Sources;

/// <summary>What a hosted stream has for its source.</summary>
public interface ISourceServices
{
    /// <summary>The application's services.</summary>
    IServiceProvider Services { get; }

    /// <summary>Returns a connection string of the application's configuration.</summary>
    /// <param name="name">Its name in the section <c>ConnectionStrings</c>.</param>
    /// <exception cref="InvalidOperationException">There is none of this name.</exception>
    string GetConnectionString(string name);
}
