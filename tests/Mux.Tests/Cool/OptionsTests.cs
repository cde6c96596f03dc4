using Tunnel.Mux.Cool;

namespace Tunnel.Mux.Tests.Cool;

public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => CoolOptions.Default.Validate();

    [Fact]
    public void All_errors_are_named_together()
    {
        var options = new CoolOptions
        {
            MaxDataPayload = 65_536,
            MaxDatagram = 0,
            SendBuffer = 1,
            StreamBuffer = 1,
            DatagramBuffer = 1,
            SessionBuffer = 0,
            StallDeadline = TimeSpan.Zero,
            MaxStreams = 0,
            MaxStreamsEver = 65_536,
            SilenceTimeout = TimeSpan.Zero,
            MaxControlBytes = 1,
        };
        var message = Assert.Throws<ArgumentException>(options.Validate).Message;
        Assert.Equal(11, message.Split("; ").Length);
    }
}
