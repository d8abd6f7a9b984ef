# Loads the Homebrew formula beside a stand-in for Homebrew, and prints as JSON
# what it would download, install and run: ruby formula.rb FORMULA
require "json"

FACTS = { downloads: {}, installed: [], completions: [], man: [] }

# Commands that a formula runs, and paths that it names.
class Place
  def initialize(path)
    @path = path
  end

  def /(other)
    Place.new("#{@path}/#{other}")
  end
  alias + /

  def to_s = @path
  alias to_str to_s

  def install(*files)
    FACTS[:installed].concat(files.map { |file| "#{@path}/#{file}" })
  end

  def write(_text)
    FACTS[:man] << @path
  end
end

# The part of Homebrew's that `Utils.safe_popen_read` needs.
module Utils
  def self.safe_popen_read(*command)
    FACTS[:popen] = command.map(&:to_s)
    ""
  end
end

# What a formula may say of itself, and where its files go.
class Formula
  class << self
    def inherited(formula)
      FACTS[:class] = formula.name
      super
    end

    %i[desc homepage version license].each do |fact|
      define_method(fact) { |text| FACTS[fact] = text }
    end

    def on_macos(&) = within("macos", &)
    def on_linux(&) = within("linux", &)
    def on_arm(&) = within("arm64", &)
    def on_intel(&) = within("x64", &)

    def url(address)
      FACTS[:downloads][@within.join("-")] = { url: address }
    end

    def sha256(sum)
      FACTS[:downloads].fetch(@within.join("-"))[:sha256] = sum
    end

    def service(&) = instance_eval(&)

    def run(command)
      FACTS[:run] = command.map(&:to_s)
    end

    def keep_alive(**options)
      FACTS[:keep_alive] = options
    end

    def log_path(path) = FACTS[:log] = path.to_s
    def error_log_path(_path) = nil
    def opt_bin = Place.new("opt/bin")
    def var = Place.new("var")

    def test(&block)
      FACTS[:test] = block.nil? ? "missing" : "there"
    end

    private

    def within(name)
      (@within ||= []) << name
      yield
      @within.pop
    end
  end

  def bin = Place.new("bin")
  def man1 = Place.new("man1")

  def generate_completions_from_executable(*command)
    FACTS[:completions] = command.map(&:to_s)
  end
end

load ARGV.fetch(0)
Object.const_get(FACTS[:class]).new.install
puts JSON.generate(FACTS)
