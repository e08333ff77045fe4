using CdcEmbedded.ServerTests;
using CdcEmbedded.TestServers;

[assembly: AssemblyFixture(typeof(MySql56Fixture))]

namespace CdcEmbedded.ServerTests;

/// <summary>The shared MySQL 5.6 server. A test class receives it as a constructor parameter.</summary>
public sealed class MySql56Fixture() : ServerFixture(ServerKind.MySql56);
