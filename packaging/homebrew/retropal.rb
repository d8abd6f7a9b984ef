# Homebrew formula. The release workflow fills in version and checksums.
class Retropal < Formula
  desc "Server for the Paltalk client of 2002"
  homepage "https://github.com/retropal/retropal"
  version "0.1.0"
  license "MIT"

  on_macos do
    on_arm do
      url "https://github.com/retropal/retropal/releases/download/v0.1.0/retropal-0.1.0-macos-arm64.tar.gz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
    on_intel do
      url "https://github.com/retropal/retropal/releases/download/v0.1.0/retropal-0.1.0-macos-x64.tar.gz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/retropal/retropal/releases/download/v0.1.0/retropal-0.1.0-linux-arm64.tar.gz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
    on_intel do
      url "https://github.com/retropal/retropal/releases/download/v0.1.0/retropal-0.1.0-linux-x64.tar.gz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
  end

  def install
    bin.install "retropal"
    generate_completions_from_executable(bin/"retropal", "completions")
    (man1/"retropal.1").write Utils.safe_popen_read(bin/"retropal", "man")
  end

  service do
    run [opt_bin/"retropal", "serve", "--data", var/"retropal"]
    keep_alive successful_exit: false
    log_path var/"log/retropal.log"
    error_log_path var/"log/retropal.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/retropal version")
  end
end
