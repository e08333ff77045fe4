using CdcEmbedded.TestServers.Fetching;

namespace CdcEmbedded.ServerTests;

/// <summary>Reads the machine's package sources, in both formats that apt knows.</summary>
public sealed class AptSourceTests
{
    private static readonly HashSet<string> _suites = ["bookworm", "sid"];

    [Fact]
    public void ParseStanzas_takes_enabled_archives_of_the_distribution_with_their_keys()
    {
        const string text = """
            # A comment
            Types: deb deb-src
            URIs: http://mirror.example/debian
              http://second.example/debian
            Suites: bookworm bookworm-updates
            Components: main
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----
             .
             abc
            Trusted: yes

            Types: deb
            URIs: http://mirror.example/debian-security
            Suites: bookworm-security

            Enabled: no
            Types: deb
            URIs: http://off.example/debian
            Suites: bookworm

            Types: deb-src
            URIs: http://source.example/debian
            Suites: bookworm
            """;

        const string trust = "Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\nTrusted: yes\n";
        Assert.Equal(
            [new AptSource("http://mirror.example/debian", trust), new AptSource("http://second.example/debian", trust)],
            AptSource.ParseStanzas(text, _suites));
    }

    [Fact]
    public void ParseLines_takes_archives_of_the_distribution_with_their_keys()
    {
        string[] lines =
        [
            "# deb http://off.example/debian bookworm main",
            "deb http://mirror.example/debian bookworm main contrib # the usual one",
            "deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg trusted=yes] http://other.example/debian sid main",
            "deb http://tools.example/apt tools-bookworm main",
            "deb-src http://mirror.example/debian bookworm main",
            "deb [broken",
        ];

        Assert.Equal(
            [
                new AptSource("http://mirror.example/debian", ""),
                new AptSource("http://other.example/debian", "Signed-By: /usr/share/keyrings/a.gpg\nTrusted: yes\n"),
            ],
            AptSource.ParseLines(lines, _suites));
    }
}
